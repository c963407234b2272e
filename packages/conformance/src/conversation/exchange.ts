/** Many messages, each sent when the one before has come back as it was. */
import type { DeflateDirection } from '../judge/message-reader.js';
import type { ExchangeStep, FrameSpec } from '../model/case.js';
import { firstDifference, octets } from '../model/payload.js';
import { type Corpus, compressSlice, corpusOf } from '../wire/compressed.js';
import { BINARY, CONTINUATION, TEXT, type WrittenFrame, writeOctets } from '../wire/frames.js';
import type { Endpoint } from './endpoint.js';
import type { Recorder } from './record.js';

/**
 * Runs one.
 *
 * @param step - the messages to send
 * @param deflate - the suite's direction, if permessage-deflate was agreed
 * @param signal - the case's deadline
 * @param isFull - all messages are sent, also if fewer were enough
 * @returns the fault, in words; undefined if every message came back
 */
export async function exchange(
  step: ExchangeStep,
  endpoint: Endpoint,
  record: Recorder,
  deflate: DeflateDirection | undefined,
  signal: AbortSignal,
  isFull: boolean,
): Promise<string | undefined> {
  const corpus = corpusOf(step.from);
  let expected: Uint8Array = new Uint8Array(0);
  let problem: string | undefined;
  let echoed = 0;
  endpoint.taker = (type, bytes) => {
    problem ??= difference(step, echoed, expected, type, bytes);
    echoed++;
    return true;
  };
  const most = isFull
    ? step.count
    : Math.min(step.count, Math.ceil((step.enoughBytes ?? Infinity) / step.size));
  for (let nth = 0; nth < most; nth++) {
    expected = corpus.slice(nth, step.size);
    await endpoint.write(messageFrames(step, corpus, nth, endpoint, deflate, record), 'whole');
    await endpoint.until(() => echoed > nth || endpoint.isOver, signal);
    if (problem !== undefined) break;
    if (echoed <= nth) {
      problem = `message ${nth + 1} of ${most} was not echoed`;
      break;
    }
  }
  endpoint.taker = undefined;
  return problem;
}

function messageFrames(
  step: ExchangeStep,
  corpus: Corpus,
  nth: number,
  { underTest }: Endpoint,
  deflate: DeflateDirection | undefined,
  record: Recorder,
): WrittenFrame[] {
  const message = corpus.slice(nth, step.size);
  const isCompressed = step.compress === true && deflate !== undefined;
  const payload = isCompressed ? compressSlice(corpus, nth, step.size, deflate) : message;
  record.payload('sent', payload.length, message.length);
  const first: FrameSpec = { opcode: step.type === 'text' ? TEXT : BINARY, rsv: isCompressed ? 4 : 0 };
  return fragments(first, payload, step.fragment).map(([spec, piece]) => writeOctets(spec, piece, underTest));
}

/**
 * As the old suite cuts messages: all frames full, and an empty last one if the length is a
 * multiple of theirs.
 */
function fragments(
  first: FrameSpec,
  payload: Uint8Array,
  size: number | undefined,
): [FrameSpec, Uint8Array][] {
  if (size === undefined || payload.length <= size) return [[first, payload]];
  const frames: [FrameSpec, Uint8Array][] = [];
  for (let at = 0; at <= payload.length; at += size) {
    const spec = at === 0 ? first : { opcode: CONTINUATION };
    frames.push([{ ...spec, fin: at + size > payload.length }, payload.subarray(at, at + size)]);
  }
  return frames;
}

function difference(
  step: ExchangeStep,
  nth: number,
  expected: Uint8Array,
  type: 'text' | 'binary',
  bytes: Uint8Array,
): string | undefined {
  if (type !== step.type) return `message ${nth + 1} came back as ${type}`;
  // Node's comparison is the machine's; where the difference is does not matter until there is one.
  if (Buffer.compare(expected, bytes) === 0) return undefined;
  const at = firstDifference(expected, bytes);
  return `message ${nth + 1} of ${octets(expected.length)} came back with ${bytes.length}, different from octet ${at} on`;
}
