/**
 * Receiving: frames in, messages out. ws's Receiver against our Connection, fed with the same
 * chunks, which are full: as much as Node reads at once when a peer sends faster than the process
 * reads. One message a chunk is in single.mjs.
 */
import assert from 'node:assert/strict';
import { Receiver } from 'ws';
import { Feed, makeTraffic } from '../frames.mjs';
import { DEFAULTS, ourReceiver, TUNED } from '../ours.mjs';
import { perOperation } from '../runner.mjs';
import { assertSame, Tally } from '../tally.mjs';
import { startWslay } from '../wslay.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The input of a case.
 *
 * @typedef {object} Input
 * @property {number} bytes - of each message
 * @property {'bytes' | 'ascii' | 'mixed'} [kind]
 * @property {'server' | 'client'} [role] - of the receiver: a server's frames come masked
 * @property {number} [fragment] - bytes of each fragment
 * @property {'full' | 'drip' | 'frames'} [chunks] - 64 KiB each, one byte each, or a frame each
 * @property {import('../ours.mjs').Form} [form]
 * @property {object} [options] - of our connection, beside those of the README's programs
 */

/** @type {[id: string, input: Input, target?: number][]} */
const CASES = [
  ['receive/16B/borrowed', { bytes: 16, form: 'borrowed' }, 20],
  ['receive/16B/array', { bytes: 16 }, 4],
  ['receive/16B/string', { bytes: 16, kind: 'ascii' }, 8],
  ['receive/125B/string', { bytes: 125, kind: 'ascii' }, 3.5],
  ['receive/1KiB/array', { bytes: KIB }],
  ['receive/16KiB/array', { bytes: 16 * KIB }],
  ['receive/16KiB/array/transferInput', { bytes: 16 * KIB, options: TUNED }],
  ['receive/1MiB/text/ascii', { bytes: MIB, kind: 'ascii' }, 1.2],
  ['receive/1MiB/text/mixed', { bytes: MIB, kind: 'mixed' }, 1.15],
  ['receive/1MiB/fragments64B', { bytes: MIB, fragment: 64 }],
  ['receive/1MiB/streamed', { bytes: MIB, form: 'streamed' }],
  ['receive/16B/drip', { bytes: 16, chunks: 'drip' }],
  ['receive/client/16B/borrowed', { bytes: 16, role: 'client', form: 'borrowed' }],
  ['receive/client/125B/string', { bytes: 125, kind: 'ascii', role: 'client' }],
];

/**
 * Bytes of payload in one pass: as many as fit the second-level cache next to their copy, or one
 * message.
 */
const PASS_BYTES = 128 * KIB;

/** Messages a pass of which each has a chunk, or many, of its own. */
const SINGLE = 256;

/** Rounds of larger messages are long. */
const LARGE_BYTES = 16 * KIB;

/** @param {Input} input */
function trafficOf({ bytes, kind, role = 'server', fragment, chunks }) {
  const fitting = Math.ceil(PASS_BYTES / bytes);
  const count = chunks === undefined ? fitting : Math.min(fitting, SINGLE);
  return makeTraffic({ count, bytes, kind, fragment, masked: role === 'server' });
}

/**
 * @param {Buffer[]} frames
 * @param {Input['chunks']} chunks
 */
function feedOf(frames, chunks) {
  if (chunks === 'frames') return Feed.ofFrames(frames);
  return Feed.ofStream(Buffer.concat(frames), chunks === 'drip' ? 1 : undefined);
}

/**
 * ws's side: events are emitted at once, as is its default; a text comes as validated bytes, of
 * which a string is made.
 *
 * @param {'server' | 'client'} role
 * @param {Tally} tally
 * @returns {(chunk: Buffer) => void}
 */
function wsReceiver(role, tally) {
  const receiver = new Receiver({ isServer: role === 'server' });
  receiver.on('message', (data, isBinary) => {
    if (isBinary) tally.bytes(data);
    else tally.string(data.toString());
  });
  return (chunk) => receiver.write(chunk);
}

/**
 * @param {Input} input
 * @returns {import('../runner.mjs').Subject}
 */
function prepare(input) {
  const { role = 'server', kind, form = 'whole', chunks, options } = input;
  const { frames, messages } = trafficOf(input);
  const sides = { ours: new Tally(), theirs: new Tally() };
  const receive = {
    ours: ourReceiver({ ...DEFAULTS[role], ...options }, form, sides.ours),
    theirs: wsReceiver(role, sides.theirs),
  };
  const feeds = { ours: feedOf(frames, chunks), theirs: feedOf(frames, chunks) };
  const pass = {
    ours: () => feeds.ours.pass(receive.ours),
    theirs: () => feeds.theirs.pass(receive.theirs),
  };
  const sampler = (side) => perOperation(pass[side], messages.length, feeds[side].restore);
  const results = (side) => {
    feeds[side].restore();
    return sides[side].collect(pass[side]);
  };
  return {
    ours: sampler('ours'),
    theirs: sampler('theirs'),
    verify: () => {
      const ours = results('ours');
      const expected = kind === undefined ? messages : messages.map(String);
      assertSame(form === 'streamed' ? [Buffer.concat(ours)] : ours, results('theirs'), expected);
    },
  };
}

/**
 * A receiving case against ws.
 *
 * @param {string} id
 * @param {Input} input
 * @param {number} [target]
 * @returns {import('../runner.mjs').Case}
 */
export function receiveCase(id, input, target) {
  const timing = input.bytes < LARGE_BYTES ? 'rounds' : 'long';
  return { id, peer: 'ws', unit: 'ns/message', target, timing, prepare: () => prepare(input) };
}

/**
 * The same frames through wslay, in a process of its own that keeps its own time. A pass has the
 * copy of a read, on both sides.
 *
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepareWslay() {
  const { frames, messages } = trafficOf({ bytes: 16 });
  const stream = Buffer.concat(frames);
  const wslay = await startWslay(stream, messages.length);
  const tally = new Tally();
  const receive = ourReceiver(DEFAULTS.server, 'borrowed', tally);
  const feed = Feed.ofStream(stream);
  const pass = () => {
    feed.restore();
    feed.pass(receive);
  };
  return {
    ours: perOperation(pass, messages.length),
    theirs: wslay.sample,
    verify: async () => {
      assertSame(tally.collect(pass), messages, messages);
      const theirs = await wslay.payloads();
      assert.equal(theirs.count, messages.length);
      assert.ok(theirs.bytes.equals(Buffer.concat(messages)), 'wslay: bytes differ');
    },
    close: wslay.close,
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const receiveCases = [
  ...CASES.map(([id, input, target]) => receiveCase(id, input, target)),
  { id: 'receive/16B/borrowed/wslay', peer: 'wslay', unit: 'ns/message', once: true, prepare: prepareWslay },
];
