/** Events that were observed, held against those an outcome lists. */
import type { ExpectedEvent } from '../model/case.js';
import { expandPayload, octets, payloadBytes, toHex } from '../model/payload.js';
import type { WholeEvent } from './endpoint.js';

/**
 * Compares the events that came with those that should.
 *
 * @returns `now` if they are the same, `later` if the events so far are the beginning of it,
 * `never` otherwise
 */
export function compareEvents(
  expected: readonly ExpectedEvent[],
  observed: readonly WholeEvent[],
): 'now' | 'later' | 'never' {
  let nth = 0;
  for (const event of observed) {
    while (expected[nth] !== undefined && isOptional(expected[nth]!) && !isSame(expected[nth]!, event)) nth++;
    const wanted = expected[nth++];
    if (wanted === undefined || !isSame(wanted, event)) return 'never';
  }
  return expected.slice(nth).every(isOptional) ? 'now' : 'later';
}

/**
 * The same where it does not matter when a Pong came: 5.5.2 wants it "as soon as is practical",
 * which is no MUST.
 *
 * @returns as {@link compareEvents}
 */
export function compareApart(
  expected: readonly ExpectedEvent[],
  observed: readonly WholeEvent[],
): 'now' | 'later' | 'never' {
  const isPong = ({ type }: { readonly type: string }): boolean => type === 'pong';
  const isOther = (event: { readonly type: string }): boolean => !isPong(event);
  const fits = [isPong, isOther].map((kind) => compareEvents(expected.filter(kind), observed.filter(kind)));
  return fits.includes('never') ? 'never' : fits.includes('later') ? 'later' : 'now';
}

/** Whether an event may be missing. */
export function isOptional(event: ExpectedEvent): boolean {
  return event.type !== 'mark' && event.optional === true;
}

function isSame(expected: ExpectedEvent, observed: WholeEvent): boolean {
  if (expected.type === 'mark' || observed.type === 'mark') {
    return expected.type === observed.type && expected.type === 'mark' && expected.tag === observed.tag;
  }
  if (expected.type !== observed.type) return false;
  const bytes = payloadBytes(expected.payload);
  if (expected.beginning === true ? observed.length > bytes : observed.length !== bytes) return false;
  return Buffer.compare(expandPayload(expected.payload).subarray(0, observed.length), observed.payload) === 0;
}

/**
 * Says in words where the first difference is.
 *
 * @returns a clause without a full stop
 */
export function describeDifference(
  expected: readonly ExpectedEvent[],
  observed: readonly WholeEvent[],
): string {
  const nth = observed.findIndex((event, at) => expected[at] === undefined || !isSame(expected[at], event));
  if (nth < 0) {
    const missing = expected[observed.length];
    if (missing === undefined) return 'nothing differs';
    return missing.type === 'mark'
      ? `the connection was no longer ${missing.tag}`
      : `${nameOf(missing)} did not come`;
  }
  const [wanted, came] = [expected[nth], observed[nth]!];
  if (wanted === undefined)
    return came.type === 'mark' ? describe(came) : `${describe(came)} came that should not have`;
  if (wanted.type === 'mark' || came.type === 'mark' || wanted.type !== came.type) {
    return `${describe(came)}${came.type === 'mark' ? '' : ' came'} in place of ${nameOf(wanted)}`;
  }
  const bytes = expandPayload(wanted.payload);
  const at = bytes.findIndex((byte, index) => byte !== came.payload[index]);
  const where = at < 0 ? Math.min(bytes.length, came.length) : at;
  const lengths = bytes.length === came.length ? '' : ` (${octets(came.length)} in place of ${bytes.length})`;
  return `the ${came.type === 'pong' ? 'Pong' : 'echo'} differs from octet ${where} on${lengths}: ${describe(came)}`;
}

function nameOf(event: ExpectedEvent): string {
  if (event.type === 'mark') return `the mark "${event.tag}"`;
  const what = event.type === 'pong' ? 'the Pong' : `the ${event.type} message`;
  return `${what} of ${octets(payloadBytes(event.payload))}`;
}

function describe(event: WholeEvent): string {
  if (event.type === 'mark') return `the connection was still ${event.tag}`;
  const what = event.type === 'pong' ? 'a Pong' : `a ${event.type} message`;
  const start = event.payload.subarray(0, 16);
  const text = event.length === 0 ? '' : ` (${toHex(start)}${event.length > 16 ? '...' : ''})`;
  return `${what} of ${octets(event.length)}${text}`;
}
