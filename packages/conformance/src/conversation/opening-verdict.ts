/** The verdict on an opening handshake that was sent as a case has it. */
import type { OpeningExpectation, Verdict } from '../model/case.js';
import type { OpeningFaultCode } from '../opening/faults.js';
import type { Opened } from '../opening/opened.js';

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
