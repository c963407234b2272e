/**
 * The pages: the first, with endpoints, their counts and the matrix of cases, and one for each case
 * and endpoint.
 */
import { sectionName } from '../conversation/verdict.js';
import { MessageReader } from '../judge/message-reader.js';
import type { Case, Verdict } from '../model/case.js';
import type { AgentResults, CaseResult, CloseReport, LogEntry, PeerFault } from '../model/result.js';
import {
  againText,
  type CaseGroup,
  countOfCases,
  deathText,
  groupsOf,
  groupTitle,
  leftOut,
  type Report,
  render,
  resultsById,
  tally,
} from './report.js';
import { timeline } from './timeline.js';
import { excerpt, findWrongOctet, type WireEntry, wireOctets } from './wrong-octet.js';

// ---- The first page ----

/** Verdicts that a reader looks for. */
const WORTH_A_LOOK: readonly Verdict[] = ['FAILED', 'NON-STRICT'];

/**
 * Writes the page.
 *
 * @param hrefOf - the page of a case and an endpoint
 */
export function indexPage(report: Report, hrefOf: (agent: AgentResults, id: string) => string): string {
  const { agents, cases } = report;
  const found = agents.map((agent) => ({ agent, byId: resultsById(agent) }));
  const startedAt = Math.min(...agents.map((each) => each.startedAt));
  return render('index', {
    agents: agents.map((agent) => ({
      ...agent,
      seconds: (agent.durationMs / 1000).toFixed(1),
      counts: countsOf(agent.cases),
      notes: [
        leftOut(agent, cases),
        againText(agent),
        ...(agent.deaths ?? []).map((death) => deathText(death, agent)),
      ].filter((note) => note !== undefined),
    })),
    caseCount: caseCount(report),
    date: Number.isFinite(startedAt) ? new Date(startedAt).toISOString().substring(0, 10) : '',
    groups: [...failuresOf(report), ...groupsOf(cases)].map((group) => ({
      ...group,
      isFailures: group.key === '',
      sums: found.map(({ byId }) => countsOf(resultsOf(group, byId))),
      isOpen: found.some(({ byId }) =>
        resultsOf(group, byId).some(({ verdict }) => WORTH_A_LOOK.includes(verdict)),
      ),
      rows: group.cases.map((test) => ({
        ...test,
        section: sectionName(test.section),
        cells: found.map(({ agent, byId }) => cell(byId.get(test.id), hrefOf(agent, test.id))),
      })),
    })),
  });
}

/** Failures come first, and again among their like. */
function failuresOf({ agents, cases }: Report): CaseGroup[] {
  const failed = new Set(
    agents.flatMap((agent) => agent.cases.filter(({ verdict }) => verdict === 'FAILED').map(({ id }) => id)),
  );
  if (failed.size === 0) return [];
  return [{ key: '', title: 'What FAILED', cases: cases.filter(({ id }) => failed.has(id)) }];
}

/** The number of cases that were run, and of all, if that is not the same. */
function caseCount({ agents, cases }: Report): string {
  const run = new Set(agents.flatMap((agent) => agent.cases.map(({ id }) => id))).size;
  return run === cases.length ? countOfCases(run) : `${run} of ${countOfCases(cases.length)}`;
}

function resultsOf({ cases }: CaseGroup, byId: ReadonlyMap<string, CaseResult>): CaseResult[] {
  return cases.flatMap(({ id }) => byId.get(id) ?? []);
}

function countsOf(results: readonly CaseResult[]) {
  return tally(results).map(([verdict, count]) => ({
    verdict: verdictName(verdict),
    verdictClass: className(verdict),
    count,
  }));
}

function cell(result: CaseResult | undefined, href: string) {
  const verdict = result?.verdict ?? 'MISSING';
  return {
    href: result === undefined ? undefined : href,
    verdict: verdictName(verdict),
    verdictClass: className(verdict),
    code: result?.close.remoteCode,
  };
}

// ---- The page of a case ----

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

// ---- Faults that the suite sent ----
// Faults that the suite sent on purpose, found by the judge that reads the endpoints, so that a
// page can point at it.

/** Faults of a compressed stream are not looked for: the agreement does not stand in a result. */
const OF_COMPRESSION = new Set(['INVALID_UTF8', 'DEFLATE_INVALID', 'DEFLATE_CUT']);

/**
 * Finds the wrong octets of the suite's, as far as its frames were kept whole.
 *
 * @returns faults with offsets in the suite's octets
 */
export function sentFaults({ role, log, handshake }: CaseResult): PeerFault[] {
  const faults: PeerFault[] = [];
  let current: WireEntry | undefined;
  const mayCompress = /permessage-deflate/i.test(handshake.response);
  const nothing = (): void => {};
  const sink = { frame: nothing, message: nothing, ping: nothing, pong: nothing, close: nothing };
  const isMeant = ({ code }: PeerFault): boolean => {
    if (!mayCompress) return false;
    const isFirst =
      current?.kind === 'frame' && current.rsv === 4 && (current.opcode === 1 || current.opcode === 2);
    return OF_COMPRESSION.has(code) || (code === 'RESERVED_BITS' && isFirst);
  };
  const reader = new MessageReader(
    {
      ...sink,
      fault: (fault) => {
        if (!isMeant(fault)) faults.push(fault);
      },
    },
    role === 'server',
    undefined,
  );
  for (const entry of log) {
    if (!isSent(entry)) continue;
    const octets = wireOctets(entry);
    if (octets.length < (entry.kind === 'octets' ? entry.length : entry.header.length + entry.length)) break;
    current = entry;
    reader.read(octets);
  }
  return faults;
}

function isSent(entry: LogEntry): entry is WireEntry {
  return (entry.kind === 'frame' || entry.kind === 'octets') && entry.way === 'sent';
}

// ---- Verdicts as pages show them ----

/** No result. */
type Shown = Verdict | 'MISSING';

/** The words of a cell of the matrix: those of the terminal and of the JSON. */
function verdictName(verdict: Shown): string {
  return verdict === 'MISSING' ? 'NOT RUN' : verdict;
}

/** The class that gives a verdict its colour. */
function className(verdict: Shown): string {
  return verdict.toLowerCase();
}
