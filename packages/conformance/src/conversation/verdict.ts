/** From observations to a verdict. The rules stand here and nowhere else. */
import type { Case, CloseExpectation, OpeningExpectation, Outcome, Verdict } from '../model/case.js';
import { largestMessage } from '../model/payload.js';
import type { CloseBehavior, CloseReport, PeerFault } from '../model/result.js';
import type { OpeningFaultCode } from '../opening/faults.js';
import type { Opened } from '../opening/opened.js';
import type { Observation } from './conversation.js';
import { compareApart, compareEvents, describeDifference } from './matching.js';

/** The verdict on one run. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly behavior: Verdict;
  readonly closeBehavior: CloseBehavior;
  readonly explanation: string;
  readonly section: string;
}

/** How a close is seen by the old suite, by the RFC, and in words. */
interface CloseJudgement {
  readonly behavior: CloseBehavior;
  readonly verdict: Verdict;
  readonly explanation: string;
  readonly section: string;
}

/** From the best to the worst. */
const ORDER: readonly Verdict[] = ['OK', 'INFORMATIONAL', 'NON-STRICT', 'UNIMPLEMENTED', 'FAILED'];

/** The worse of two. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

/**
 * Judges a run: of the outcomes that fit the observations, the best one for the endpoint counts.
 *
 * @param test - the case
 * @param observation - the run
 */
export function judge(test: Case, observation: Observation): Judgement {
  const { endpoint } = observation;
  if (wasToRefuse(test) && endpoint.hasSpoken) return accepted(test, observation);
  const fault = endpoint.faults.find(({ verdict }) => verdict === 'FAILED') ?? endpoint.faults[0];
  const fitting = test.outcomes.flatMap((outcome) => asObserved(outcome, observation));
  const judged = fitting.map((outcome) => ({ outcome, close: judgeClose(outcome.close, observation, test) }));
  judged.sort((a, b) => rank(a) - rank(b));
  const best = judged[0];
  const isBest = best !== undefined && worse(best.outcome.verdict, best.close.verdict) !== 'FAILED';
  if (!isBest && isBeyondLimit(test, observation)) return BEYOND_LIMIT;
  if (best === undefined) return misbehaved(test, observation, fault);
  const { outcome, close } = best;
  const remark = test.inspects === 'masking-keys' ? inspectKeys(endpoint.maskingKeys) : undefined;
  const seen = worse(outcome.verdict, remark?.verdict ?? 'OK');
  const verdict = worse(worse(seen, close.verdict), fault?.verdict ?? 'OK');
  const behavior = fault?.verdict === 'FAILED' || remark?.verdict === 'FAILED' ? 'FAILED' : outcome.verdict;
  // A tolerated outcome is no excuse for another end than its own: the explanation then says the
  // right end.
  if (close.verdict === 'FAILED' && outcome.verdict !== 'OK' && !fits(test.outcomes[0]!, observation)) {
    return { ...misbehaved(test, observation, fault), behavior, closeBehavior: close.behavior };
  }
  const reasons = [
    ...(fault === undefined ? [] : [sentenceOf(fault)]),
    // The suite's own Close has the code of the fault then, and the same code comes back.
    ...(close.verdict === 'OK' || (fault !== undefined && close.behavior === 'WRONG CODE')
      ? []
      : [close.explanation]),
    ...(remark === undefined ? [] : [remark.text]),
    ...(outcome.verdict === 'OK' ? [] : [outcome.because ?? '']),
  ];
  const explanation = reasons.length === 0 ? `As expected: ${test.right}` : reasons.join(' ');
  const section =
    fault?.section ?? (close.verdict === 'OK' || outcome.verdict !== 'OK' ? test.section : close.section);
  return { verdict, behavior, closeBehavior: close.behavior, explanation, section };
}

/** A message of no more octets is rejected by no endpoint that reads its length right. */
const LEAST_LIMIT = 1024;

const BEYOND_LIMIT: Judgement = {
  verdict: 'INFORMATIONAL',
  behavior: 'INFORMATIONAL',
  closeBehavior: 'OK',
  explanation: 'The message is beyond a limit that the endpoint has set: it closed with 1009 (7.4.1, 10.4).',
  section: '10.4',
};

/**
 * 10.4 leaves to an endpoint how large a message may be. The messages before the Close have to be
 * right.
 */
function isBeyondLimit(test: Case, { endpoint }: Observation): boolean {
  const { closedBy, remoteClose, faults, events } = endpoint;
  if (closedBy !== 'endpoint' || remoteClose?.code !== 1009 || faults.length > 0) return false;
  const wanted = test.outcomes[0]!;
  if (wanted.close.by === 'endpoint' || largestMessage(test) <= LEAST_LIMIT) return false;
  return !Array.isArray(wanted.events) || compareEvents(wanted.events, events) !== 'never';
}

/**
 * Whether the suite's response was one that a client must not take for the beginning of a
 * connection.
 */
function wasToRefuse({ opening }: Case): boolean {
  return opening.kind === 'raw' && opening.expect.outcome === 'refuse';
}

/** A client went on after such a response. Its further messages do not matter. */
function accepted(test: Case, { endpoint }: Observation): Judgement {
  const lenient = test.outcomes.find(
    ({ events, verdict }) => verdict !== 'OK' && Array.isArray(events) && events.length > 0,
  );
  // An endpoint that takes the connection for open has to keep the rules of an open one.
  const fault = endpoint.faults.find((each) => each.verdict === 'FAILED');
  const verdict = fault?.verdict ?? lenient?.verdict ?? 'FAILED';
  const what = endpoint.events.length > 0 ? 'echoed a message' : 'sent a frame';
  const accepting = `The client ${what} after the response. ${lenient === undefined ? test.wrong : test.tolerated}`;
  const explanation =
    lenient === undefined || fault === undefined ? accepting : `${sentenceOf(fault)} ${accepting}`;
  const closeBehavior = verdict === 'FAILED' ? 'FAILED' : 'OK';
  return { verdict, behavior: verdict, closeBehavior, explanation, section: test.section };
}

/**
 * From so many keys on their choice can be judged: that those of a strong source look like this
 * happens once in 2^200 runs.
 */
const ENOUGH_KEYS = 16;

/**
 * 5.3: "the client MUST pick a fresh masking key", which "MUST NOT make it simple for a
 * server/proxy to predict" the next.
 */
function inspectKeys(
  keys: readonly number[],
): { readonly verdict: 'FAILED' | 'INFORMATIONAL'; readonly text: string } | undefined {
  const distinct = new Set(keys).size;
  const isCount = [keys, keys.map(swapped)].some((each) => stepsOf(each).size === 1);
  const [isOne, isFew] = [distinct === 1, distinct * 2 <= keys.length];
  const wrong = isOne
    ? `All ${keys.length} frames have the masking key ${keys[0]?.toString(16).padStart(8, '0')}`
    : isFew
      ? `${keys.length} frames have only ${distinct} masking keys`
      : isCount
        ? 'Each masking key is the one before and the same number more'
        : undefined;
  if (wrong !== undefined && keys.length >= ENOUGH_KEYS)
    return {
      verdict: 'FAILED',
      text: `${wrong}: a client MUST pick a fresh one for each, that nobody can predict (5.3).`,
    };
  if (distinct < keys.length)
    return { verdict: 'INFORMATIONAL', text: 'A masking key was used for more than one frame (5.3, 10.3).' };
  const isFixed = [0, 8, 16, 24].some(
    (shift) => new Set(keys.map((key) => (key >>> shift) & 255)).size === 1,
  );
  return isFixed && keys.length >= ENOUGH_KEYS
    ? { verdict: 'INFORMATIONAL', text: 'An octet of the masking key is the same in all frames (5.3, 10.3).' }
    : undefined;
}

function stepsOf(keys: readonly number[]): ReadonlySet<number> {
  return new Set(keys.slice(1).map((key, nth) => (key - keys[nth]!) >>> 0));
}

/** The same octets with the last one first. */
function swapped(key: number): number {
  return ((key << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24)) >>> 0;
}

function rank({ outcome, close }: { outcome: Outcome; close: CloseJudgement }): number {
  return ORDER.indexOf(worse(outcome.verdict, close.verdict));
}

const LATE_PONG =
  'A Pong came later than it could have: a Ping within a fragmented message need not wait for its end (5.5.2: "as soon as is practical").';

/**
 * The outcome, if it fits the observations; a worse one, if only Pongs came later than they should.
 */
function asObserved(outcome: Outcome, observation: Observation): readonly Outcome[] {
  if (fits(outcome, observation)) return [outcome];
  const { events } = outcome;
  if (!Array.isArray(events) || compareApart(events, observation.endpoint.events) !== 'now') return [];
  return [{ ...outcome, verdict: 'NON-STRICT', because: LATE_PONG }];
}

function fits({ events }: Outcome, { endpoint, problem }: Observation): boolean {
  if (events === 'any') return problem === undefined;
  if (events === 'exchanged')
    return problem === undefined && endpoint.events.every(({ type }) => type === 'pong');
  return compareEvents(events, endpoint.events) === 'now';
}

function misbehaved(test: Case, observation: Observation, fault: PeerFault | undefined): Judgement {
  const { endpoint, problem, timeout } = observation;
  const wanted = test.outcomes[0]!;
  const close = judgeClose(wanted.close, observation, test);
  const what =
    problem ??
    (Array.isArray(wanted.events)
      ? describeDifference(wanted.events, endpoint.events)
      : 'not what was expected');
  const reasons = [
    ...(fault === undefined ? [] : [sentenceOf(fault)]),
    `${capital(what)}${timeout === 'case' ? ' in time' : endingOf(observation)}. ${test.wrong}`,
  ];
  return {
    verdict: 'FAILED',
    behavior: 'FAILED',
    closeBehavior: close.behavior,
    explanation: reasons.join(' '),
    section: fault?.section ?? test.section,
  };
}

/** How the endpoint gave up, as a clause that can follow another. */
function endingOf({ endpoint: { closedBy, remoteClose } }: Observation): string {
  if (closedBy !== 'endpoint') return '';
  if (remoteClose === undefined) return '; the endpoint ended the transport without a Close frame';
  return `; the endpoint closed with ${remoteClose.code ?? 'no code'}`;
}

const GOOD_CLOSE: CloseJudgement = { behavior: 'OK', verdict: 'OK', explanation: '', section: '' };

/** The order of the questions is the old suite's. */
function judgeClose(expected: CloseExpectation, observation: Observation, test: Case): CloseJudgement {
  const { endpoint, timeout } = observation;
  const { closedBy, remoteClose } = endpoint;
  if (expected.by !== 'any' && closedBy !== expected.by) return wrongSide(expected, observation, test);
  if (expected.clean && remoteClose === undefined) {
    return closeFault('UNCLEAN', 'FAILED', '5.5.1', 'A Close frame was not answered with one.');
  }
  if (
    remoteClose?.code !== undefined &&
    !expected.codes.includes(remoteClose.code) &&
    expected.codes.length > 0
  ) {
    const text = `The Close frame has ${remoteClose.code}, where ${expected.codes.join(' or ')} is meant for this.`;
    return closeFault('WRONG CODE', expected.otherCode ?? 'NON-STRICT', '7.4.1', text);
  }
  if (timeout === 'transport-end') {
    // A server that never ends a transport does so in every case. It fails those that are about
    // closing.
    const verdict = /^(?:5\.5\.1$|7\.)/.test(test.section) ? 'FAILED' : 'NON-STRICT';
    return closeFault(
      'FAILED BY CLIENT',
      verdict,
      '5.5.1',
      'The server did not end the transport after both Close frames.',
    );
  }
  if (timeout === 'close' && closedBy === 'suite' && expected.mayHang !== true) {
    return closeFault(
      'UNCLEAN',
      'FAILED',
      '5.5.1',
      'Neither a Close frame nor an end of the transport came.',
    );
  }
  if (expected.closeFrame === 'should-not') {
    if (remoteClose === undefined) return GOOD_CLOSE;
    return closeFault(
      'OK',
      'NON-STRICT',
      '4.1',
      'A Close frame came, though no WebSocket connection was established.',
    );
  }
  if (remoteClose === undefined && expected.by === 'endpoint' && !endpoint.mayHaveLost) {
    const text = 'The connection was ended without a Close frame, which should be sent before.';
    return closeFault('OK', 'NON-STRICT', '7.1.7', text);
  }
  return GOOD_CLOSE;
}

function wrongSide(expected: CloseExpectation, { endpoint }: Observation, test: Case): CloseJudgement {
  const { remoteClose } = endpoint;
  const how =
    remoteClose === undefined ? 'ended the transport' : `closed with ${remoteClose.code ?? 'no code'}`;
  const hangs = remoteClose === undefined && endpoint.transportEnd === 'suite-dropped';
  const text =
    expected.by === 'endpoint'
      ? `The endpoint did not fail the connection. ${test.wrong}${hangs ? " Nor did it answer the suite's Close (5.5.1)." : ''}`
      : `The endpoint ${how}, though nothing was wrong.`;
  return closeFault('FAILED', 'FAILED', expected.by === 'endpoint' ? test.section : '7.1.1', text);
}

function closeFault(
  behavior: CloseBehavior,
  verdict: Verdict,
  section: string,
  explanation: string,
): CloseJudgement {
  return { behavior, verdict, section, explanation };
}

function sentenceOf({ message, offset, section }: PeerFault): string {
  return `${capital(message)} (${sectionName(section)}, octet ${offset}).`;
}

/** `5.2` is RFC 6455's. */
export function sectionName(section: string): string {
  return section.startsWith('RFC') ? section.replace(/^RFC(\d+)/, 'RFC $1') : `RFC 6455 ${section}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.substring(1);
}

/** How the connection came to its end, as plain data. */
export function closeReport({ endpoint, timeout }: Observation): CloseReport {
  const { closedBy, localClose, remoteClose, transportEnd } = endpoint;
  const isDropped = transportEnd === 'suite-dropped' || transportEnd === 'endpoint-reset';
  const whyNotClean =
    remoteClose === undefined
      ? 'the endpoint sent no Close frame'
      : isDropped
        ? 'the transport was not ended in order'
        : undefined;
  return {
    by: closedBy,
    wasClean: whyNotClean === undefined,
    whyNotClean,
    localCode: localClose?.code,
    localReason: localClose === undefined ? undefined : new TextDecoder().decode(localClose.reason),
    remoteCode: remoteClose?.code,
    remoteReason: remoteClose?.reason,
    remoteClose: remoteClose !== undefined,
    transport: transportEnd ?? 'suite-dropped',
    failedBySuite: endpoint.faults.length > 0 || timeout === 'case',
    timeout,
  };
}

// ---- Opening handshakes ----
// The verdict on an opening handshake that was sent as a case has it.

/** A verdict over the opening alone; `go on` if the steps are to tell. */
export type OpeningJudgement =
  | { readonly kind: 'go on' }
  | { readonly kind: 'done'; readonly verdict: Verdict; readonly explanation: string };

/**
 * The faults that make an acceptance wrong for any request: a required part is missing, or a part
 * that nobody offered is there.
 */
const NEVER_RIGHT: ReadonlySet<OpeningFaultCode> = new Set([
  'UPGRADE_INVALID',
  'CONNECTION_INVALID',
  'PROTOCOL_NOT_OFFERED',
  'EXTENSION_NOT_OFFERED',
]);

/** Of INFORMATIONAL results. */
const LEFT_OPEN = 'which is left to the server: no MUST or SHOULD is about it.';

/**
 * Judges a server's answer to a raw head.
 *
 * RFC 6455 4.2.1: a request that does not match is answered with an HTTP error; 10.7: the server
 * may also drop the connection.
 */
export function judgeAnswer(expect: OpeningExpectation, opened: Opened): OpeningJudgement {
  const { outcome, otherwise = 'FAILED' } = expect;
  const { state, fault, report } = opened;
  if (state === 'accepted') {
    if (outcome === 'refuse') {
      // Whether the request was to be rejected may be a matter of taste; that a server which accepts
      // sends Upgrade and Connection, and agrees on nothing that was not offered, is none (4.2.2,
      // 9.1).
      if (otherwise !== 'FAILED' && fault !== undefined && NEVER_RIGHT.has(fault.code))
        return done('FAILED', `${fault.message.charAt(0).toUpperCase()}${fault.message.substring(1)}.`);
      const rule = otherwise === 'INFORMATIONAL' ? LEFT_OPEN : 'which should have been rejected.';
      return done(otherwise, `The handshake was accepted, ${rule}`);
    }
    if (fault !== undefined) return done('FAILED', `${fault.message}.`);
    return judgeHeader(expect, opened);
  }
  if (outcome === 'accept') {
    const how = state === 'silent' ? 'not answered' : `rejected (${report.status ?? 'no response'})`;
    const rule = otherwise === 'INFORMATIONAL' ? LEFT_OPEN : 'which should have been accepted.';
    return done(otherwise, `The handshake was ${how}, ${rule}`);
  }
  if (state === 'silent')
    return done('NON-STRICT', 'The handshake was neither accepted nor rejected in time.');
  if (report.status === undefined && report.response !== '') {
    // A client that sends HTTP/1 is answered with it; to anything else there is no right answer.
    const verdict = / HTTP\/1\.\d\r\n/.test(report.request) ? 'FAILED' : 'NON-STRICT';
    return done(verdict, 'The answer is no HTTP response.');
  }
  if (report.status !== undefined && report.status < 400 && outcome === 'refuse') {
    return done('NON-STRICT', `The handshake was answered with ${report.status}, which is no error.`);
  }
  if (expect.status !== undefined && report.status !== undefined && !expect.status.includes(report.status)) {
    return done(
      'NON-STRICT',
      `The status is ${report.status}, where ${expect.status.join(' or ')} is meant for this.`,
    );
  }
  const header = judgeHeader(expect, opened);
  return header.kind === 'done' ? header : done('OK', 'As expected: the handshake was rejected.');
}

function judgeHeader(
  { header, otherwise = 'FAILED' }: OpeningExpectation,
  { fields }: Opened,
): OpeningJudgement {
  if (header === undefined) return { kind: 'go on' };
  const verdict = header.verdict ?? otherwise;
  const values = fields.filter(([name]) => name === header.name.toLowerCase()).map(([, value]) => value);
  if (!header.must) {
    const isThere = values.some((value) => header.value === undefined || value.includes(header.value));
    return isThere ? done(verdict, `The response has ${header.name}: ${values.join()}.`) : { kind: 'go on' };
  }
  return values.length > 0 ? { kind: 'go on' } : done(verdict, `The response has no ${header.name}.`);
}

function done(verdict: Verdict, explanation: string): OpeningJudgement {
  return { kind: 'done', verdict, explanation };
}
