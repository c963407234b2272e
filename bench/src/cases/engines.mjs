/**
 * The DEFLATE engines beside `nodeZlib()`: one message of 1 KiB of JSON compressed, or inflated,
 * with takeover where the engine has it. Then the time that `offThreadBytes` spares the event
 * loop: how long the call that takes a large message keeps it.
 */
import assert from 'node:assert/strict';
import { fflate } from '@sanssocket/deflate/fflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { pako } from '@sanssocket/deflate/pako';
import { compressionStreams } from '@sanssocket/deflate/streams';
import { randomSource } from '../frames.mjs';
import { perAsyncOperation } from '../runner.mjs';
import { makeMessage } from './deflate.mjs';

const ENGINES = {
  documented: nodeZlib({ handle: false }),
  pako: pako(),
  fflate: fflate(),
  streams: compressionStreams(),
};
/** A window that is full, with messages that do not repeat themselves within it. */
const MESSAGES = 64;
const MESSAGE_BYTES = 1024;
const MAX_BYTES = 1 << 24;
/** The bytes that are not sent, RFC 7692 7.2.1. */
const TAIL_BYTES = 4;

/** @param {import('@sanssocket/deflate').DeflateEngine} engine */
function contextsOf(engine) {
  const level = { level: undefined, memoryLevel: undefined };
  return {
    deflater: engine.createDeflater({ windowBits: 15, takeover: engine.deflateTakeover, ...level }),
    inflater: engine.createInflater({ windowBits: 15, takeover: engine.inflateTakeover }),
  };
}

/**
 * One engine's two passes over all messages.
 *
 * @param {import('@sanssocket/deflate').DeflateEngine} engine
 * @param {Buffer[]} messages
 * @param {Buffer[]} payloads - the messages compressed, each over the window of those before
 */
function passesOf(engine, messages, payloads) {
  const { deflater, inflater } = contextsOf(engine);
  return {
    deflate: async () => {
      for (const message of messages) await deflater.deflate(message);
    },
    inflate: async () => {
      for (const payload of payloads) await inflater.inflate(payload, MAX_BYTES);
    },
  };
}

/** @param {number} bytes */
async function makeMessages(bytes) {
  const random = randomSource(bytes);
  const messages = Array.from({ length: MESSAGES }, () => makeMessage(bytes, random));
  const { deflater } = contextsOf(nodeZlib());
  const payloads = [];
  for (const message of messages) payloads.push((await deflater.deflate(message)).subarray(0, -TAIL_BYTES));
  return { messages, payloads };
}

/** Messages that an engine compresses come back from `nodeZlib()`, and the other way round. */
async function verify(engine, messages, payloads) {
  const { deflater, inflater } = contextsOf(engine);
  const { inflater: judge } = contextsOf(nodeZlib());
  for (const [i, message] of messages.entries()) {
    const deflated = await deflater.deflate(message);
    const sent = await judge.inflate(deflated.subarray(0, -TAIL_BYTES), MAX_BYTES);
    const received = await inflater.inflate(payloads[i], MAX_BYTES);
    assert.ok(message.equals(sent) && message.equals(received), 'a message differs');
  }
}

/**
 * @param {import('@sanssocket/deflate').DeflateEngine} engine
 * @param {'deflate' | 'inflate'} way
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepare(engine, way) {
  const { messages, payloads } = await makeMessages(MESSAGE_BYTES);
  const [ours, theirs] = [engine, nodeZlib()].map((one) =>
    perAsyncOperation(passesOf(one, messages, payloads)[way], MESSAGES),
  );
  return { ours, theirs, verify: () => verify(engine, messages, payloads) };
}

/** The length of the messages that go to another thread. */
const LARGE_BYTES = 256 * 1024;

/**
 * How long calls keep the event loop; the time until they are done does not count.
 *
 * @param {(message: Buffer) => unknown} call
 * @param {Buffer[]} messages
 */
function blocking(call, messages) {
  let turn = 0;
  return async (ms) => {
    const start = performance.now();
    let blocked = 0;
    let calls = 0;
    do {
      const before = performance.now();
      const result = call(messages[turn++ % messages.length]);
      blocked += performance.now() - before;
      calls++;
      await result;
    } while (performance.now() - start < ms);
    return (blocked * 1e6) / calls;
  };
}

/** @param {'deflate' | 'inflate'} way @returns {Promise<import('../runner.mjs').Subject>} */
async function prepareOffThread(way) {
  const engine = nodeZlib({ offThreadBytes: 1 });
  const { messages, payloads } = await makeMessages(LARGE_BYTES);
  const [ours, theirs] = [engine, nodeZlib()].map((one) => {
    const { deflater, inflater } = contextsOf(one);
    return way === 'deflate'
      ? blocking((message) => deflater.deflate(message), messages)
      : blocking((payload) => inflater.inflate(payload, MAX_BYTES), payloads);
  });
  return { ours, theirs, verify: () => verify(engine, messages, payloads) };
}

/** @type {import('../runner.mjs').Case[]} */
export const engineCases = [
  ...Object.entries(ENGINES).flatMap(([name, engine]) =>
    ['deflate', 'inflate'].map((way) => ({
      id: `engines/${name}/${way}/1KiB`,
      peer: 'nodeZlib()',
      unit: 'ns/message',
      once: true,
      prepare: () => prepare(engine, way),
    })),
  ),
  ...['deflate', 'inflate'].map((way) => ({
    id: `engines/blocked/${way}/256KiB`,
    peer: 'nodeZlib()',
    unit: 'ns/message',
    timing: 'long',
    once: true,
    prepare: () => prepareOffThread(way),
  })),
];
