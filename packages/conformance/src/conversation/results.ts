/** Results, put together from the parts that know them. */
import type { Case, Role, Verdict } from '../model/case.js';
import type { CaseResult, CloseReport, HandshakeReport } from '../model/result.js';
import type { OpeningFault } from '../opening/faults.js';
import type { Observation } from './conversation.js';
import type { Recorder } from './record.js';
import { closeReport, judge } from './verdict.js';

/** The subject of a result. */
export interface Subject {
  readonly test: Case;
  readonly role: Role;
  readonly agent: string;
  readonly startedAt: number;
  readonly handshake: HandshakeReport;
  readonly record: Recorder;
}

/** The result of a case that was run to its end. */
export function resultOf(subject: Subject, observation: Observation): CaseResult {
  const { endpoint, durationMs } = observation;
  const events = endpoint.events.map(({ payload: _, ...event }) => event);
  const fault = endpoint.faults.find(({ verdict }) => verdict === 'FAILED') ?? endpoint.faults[0];
  return {
    ...base(subject),
    ...judge(subject.test, observation),
    fault,
    events,
    close: closeReport(observation),
    durationMs,
  };
}

/** The result of a case that its opening handshake decided. */
export function openingResult(
  subject: Subject,
  verdict: Verdict,
  explanation: string,
  section: string = subject.test.section,
): CaseResult {
  const closeBehavior = verdict === 'FAILED' ? 'FAILED' : 'OK';
  const isAnswered = subject.handshake.response !== '';
  return {
    ...base(subject),
    verdict,
    behavior: verdict,
    closeBehavior,
    explanation,
    section,
    fault: undefined,
    events: [],
    close: {
      ...NO_CLOSE,
      whyNotClean: isAnswered
        ? 'the opening handshake decided the case'
        : 'the opening handshake was not finished',
      timeout: isAnswered ? undefined : 'opening',
    },
    durationMs: Date.now() - subject.startedAt,
  };
}

/** The result of a case in which the endpoint got the opening handshake wrong. */
export function faultResult(subject: Subject, { verdict, message, section }: OpeningFault): CaseResult {
  return openingResult(
    subject,
    verdict,
    `${message.charAt(0).toUpperCase()}${message.substring(1)}.`,
    section,
  );
}

function base({ test, role, agent, startedAt, handshake, record }: Subject) {
  return { id: test.id, role, agent, startedAt, handshake, log: record.entries, traffic: record.traffic() };
}

const NO_CLOSE: Omit<CloseReport, 'whyNotClean' | 'timeout'> = {
  by: 'nobody',
  wasClean: false,
  localCode: undefined,
  localReason: undefined,
  remoteCode: undefined,
  remoteReason: undefined,
  remoteClose: false,
  transport: 'suite-dropped',
  failedBySuite: false,
};
