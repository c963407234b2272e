/** The page of one case and one endpoint. */
import { sectionName } from '../../conversation/verdict.js';
import type { Case } from '../../model/case.js';
import type { AgentResults, CaseResult, CloseReport } from '../../model/result.js';
import { groupTitle } from '../groups.js';
import type { Report } from '../report.js';
import { render } from '../templates.js';
import { excerpt, findWrongOctet } from '../wrong-octet.js';
import { sentFaults } from './sent-faults.js';
import { timeline } from './timeline.js';
import { className, verdictName } from './verdict-names.js';

/** The frame of a page. */
export interface Surroundings {
  readonly previous: string | undefined;
  readonly next: string | undefined;
  /** The same case with all endpoints. */
  readonly agents: readonly {
    readonly agent: AgentResults;
    readonly href: string;
    readonly result: CaseResult;
  }[];
  readonly json: string;
}

/** Writes the page. */
export function casePage(
  test: Case,
  agent: AgentResults,
  result: CaseResult,
  report: Report,
  { agents, ...around }: Surroundings,
): string {
  const wrong = findWrongOctet(test, result);
  const { traffic } = result;
  return render('case', {
    ...around,
    test,
    result,
    agent,
    group: groupTitle(test.id),
    section: sectionName(test.section),
    brokenSection: result.verdict === 'FAILED' ? sectionName(result.section) : undefined,
    command: report.commandFor(result),
    verdictClass: className(result.verdict),
    verdictName: verdictName(result.verdict),
    earlier: result.earlier,
    wrong: wrong && { offset: wrong.offset, excerpt: excerpt(wrong) },
    items: timeline(result, wrong, sentFaults(result)),
    notLogged: traffic.framesNotLogged,
    closing: closingRows(result.close),
    traffic: [
      ['Octets, handshake included', traffic.sent.bytes, traffic.received.bytes],
      ['Frames', sumOf(traffic.sent.frames), sumOf(traffic.received.frames)],
      ['Payload of data frames', traffic.sent.wirePayload, traffic.received.wirePayload],
      ['The same as messages', traffic.sent.messagePayload, traffic.received.messagePayload],
    ].filter(([, sent, received]) => sent !== 0 || received !== 0),
    started: new Date(result.startedAt).toISOString(),
    others: agents.map((other) => ({
      name: other.agent.agent,
      href: other.href,
      verdict: verdictName(other.result.verdict),
      verdictClass: className(other.result.verdict),
      isThis: other.agent === agent,
    })),
  });
}

const TRANSPORT: Readonly<Record<CloseReport['transport'], string>> = {
  'endpoint-end': 'ended by the endpoint',
  'endpoint-reset': 'reset by the endpoint',
  'suite-end': 'ended by the suite',
  'suite-dropped': 'dropped by the suite',
};

const TIMEOUT: Readonly<Record<NonNullable<CloseReport['timeout']>, string>> = {
  opening: 'the opening handshake was not finished in time',
  case: 'the case was not over in time',
  close: 'the Close frame was not answered in time',
  'transport-end': 'the transport was not ended in time',
};

function closingRows(close: CloseReport): [string, string][] {
  const local = closeText(close.localCode, close.localReason);
  const remote = close.remoteClose ? closeText(close.remoteCode, close.remoteReason) || 'empty' : 'none';
  return [
    ['Begun by', { suite: 'the suite', endpoint: 'the endpoint', nobody: 'nobody' }[close.by]],
    ['Close of the suite', local || (close.localReason === undefined ? 'none' : 'empty')],
    ['Close of the endpoint', remote],
    ['Transport', TRANSPORT[close.transport]],
    ['Clean', close.whyNotClean === undefined ? 'yes' : `no: ${close.whyNotClean}`],
    ...(close.timeout === undefined ? [] : [['Deadline', TIMEOUT[close.timeout]] as [string, string]]),
  ];
}

function closeText(code: number | undefined, reason: string | undefined): string {
  return code === undefined ? '' : `${code} ${reason ?? ''}`.trim();
}

function sumOf(counts: ReadonlyMap<number, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
