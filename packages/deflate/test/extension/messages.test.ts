// The message vectors, with every engine, in both roles, however the bytes are cut.
import { splits } from '@sanssocket/test-vectors';
import { expect, test } from 'vitest';
import { THOROUGH } from '../../../../tools/thorough.js';
import type { DeflateEngine } from '../../src/inflate/engine.js';
import { engines } from '../engines.js';
import { bytesOf, clientEnd, Recorder, serverEnd } from '../pair.js';
import { file, type MessageVector } from '../vectors.js';

const unmaskedOf = (vector: MessageVector): Uint8Array =>
  bytesOf(
    vector.frames.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join(''),
  );

/** The same frames with a masking key of zero, as far as whole ones go. */
function masked(frames: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < frames.length; ) {
    const short = frames[at + 1]!;
    const header = short === 127 ? 10 : short === 126 ? 4 : 2;
    const length =
      header === 2 ? short : frames.subarray(at + 2, at + header).reduce((sum, byte) => sum * 256 + byte, 0);
    out.push(frames[at]!, short | 0x80, ...frames.subarray(at + 2, at + header), 0, 0, 0, 0);
    out.push(...frames.subarray(at + header, at + header + length));
    at += header + length;
  }
  return Uint8Array.from(out);
}

const end = {
  server: (engine: DeflateEngine, { noContextTakeover = false, windowBits = 15 }: MessageVector) =>
    serverEnd(
      engine,
      `; client_max_window_bits=${windowBits}${noContextTakeover || !engine.inflateTakeover ? '; client_no_context_takeover' : ''}`,
    ),
  client: (engine: DeflateEngine, { noContextTakeover = false, windowBits = 15 }: MessageVector) =>
    clientEnd(
      engine,
      `; server_max_window_bits=${windowBits}${noContextTakeover || !engine.inflateTakeover ? '; server_no_context_takeover' : ''}`,
    ),
};

async function run(
  engine: DeflateEngine,
  role: 'server' | 'client',
  vector: MessageVector,
  chunks: readonly Uint8Array[],
): Promise<readonly object[]> {
  const { maxMessageBytes } = vector;
  const options = { role, ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }) };
  const recorder = new Recorder(options, end[role](engine, vector));
  for (const chunk of chunks) recorder.connection.receive(chunk.slice());
  await recorder.settled();
  return recorder.events;
}

/** All cuts for the first engine; for the others, which share its reader, those at the ends and some between. */
function cuts(input: Uint8Array, engine: DeflateEngine): Iterable<Uint8Array[]> {
  const all = [...splits(input)];
  if (THOROUGH || engine === engines[0]![1]) return all;
  const step = Math.ceil(all.length / 12);
  return all.filter((_, i) => i < 3 || i % step === 0 || i === all.length - 1);
}

/** An engine without takeover never gets to see the second message of a vector with takeover. */
function suits(engine: DeflateEngine, { frames, noContextTakeover }: MessageVector): boolean {
  const compressed = frames.filter((frame) => typeof frame === 'string' && /^[4c]/.test(frame)).length;
  return engine.inflateTakeover || noContextTakeover === true || compressed <= 1;
}

test.each(file.messages)('$id', async (vector) => {
  for (const [name, engine] of engines.filter(([, engine]) => suits(engine, vector))) {
    for (const role of ['client', 'server'] as const) {
      const input = role === 'client' ? unmaskedOf(vector) : masked(unmaskedOf(vector));
      for (const chunks of cuts(input, engine)) {
        const lengths = chunks.map((chunk) => chunk.length).join('+');
        expect(await run(engine, role, vector, chunks), `${name} ${role} ${lengths}`).toEqual(vector.events);
      }
    }
  }
});
