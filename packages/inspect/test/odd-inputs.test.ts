// Inputs that nobody meant: cut, random, of two kinds at once. Events or an input error come out, never another error.
import { readdirSync, readFileSync } from 'node:fs';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { InputError, type InspectLimits } from '@sanssocket/inspect';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { detect } from '../src/formats/detect.js';
import { createHeaderDecoder } from '../src/inspection/hpack.js';
import { Session } from '../src/model/session.js';
import { bytesOf, fromClient, fromServer, inspectAll, join, REQUEST, response } from './support/events.js';
import { CONNECT, headerBlock, http2Frame, PREFACE } from './support/http2.js';
import { FakeTcp, pcap, pcapng } from './support/pcap.js';
import { isInstalled, run, write } from './support/tools.js';

const fixtures = new URL('fixtures/', import.meta.url);
const TALK = [REQUEST, response('permessage-deflate'), fromClient('Hello'), fromServer('you')];

function talk(): FakeTcp {
  const [request, answer, hello, you] = TALK;
  return new FakeTcp().open().client(request!).server(answer!).client(hello!).server(you!).close();
}

function http2(): FakeTcp {
  const accepted = http2Frame(1, 4, 1, headerBlock({ ':status': '200' }));
  const tcp = new FakeTcp().open().client(PREFACE, http2Frame(1, 4, 1, headerBlock(CONNECT)));
  return tcp
    .server(accepted)
    .client(http2Frame(0, 0, 1, fromClient('Hello')))
    .close();
}

/** Fragments, and frames in several segments. */
function longTalk(): FakeTcp {
  const tcp = new FakeTcp().open().client(REQUEST).server(response());
  for (const fin of [false, false, true]) {
    const frame = fromServer('x'.repeat(400), { fin, opcode: fin ? 0 : 1 });
    for (let at = 0; at < frame.length; at += 50) tcp.server(frame.subarray(at, at + 50));
  }
  return tcp.close();
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const inputs = new Map<string, Uint8Array>(
  readdirSync(fixtures).map((name) => [name, new Uint8Array(readFileSync(new URL(name, fixtures)))]),
);
inputs.set('pcapng', pcapng(talk().packets));
inputs.set('pcapng, big endian', pcapng(talk().packets, false));
inputs.set('HTTP/2', pcap(http2().packets));
inputs.set('raw bytes', join(...TALK));
inputs.set('digits', bytesOf(Buffer.from(join(...TALK)).toString('hex')));
inputs.set(
  'recording',
  bytesOf(
    TALK.map((bytes) => JSON.stringify({ connection: 1, from: 'client', at: 1, bytes: base64(bytes) })).join(
      '\n',
    ),
  ),
);
inputs.set(
  'socat',
  bytesOf('> 2026/11/30 13:40:00.000000123  length=7 from=0 to=6\n 81 05 48 65 6c 6c 6f   ..Hello\n--\n'),
);
inputs.set(
  'curl',
  bytesOf('=> Send data, 7 bytes (0x7)\n0000: 81 05 48 65 6c 6c 6f                            ..Hello\n'),
);

beforeAll(() => {
  if (!isInstalled('tshark')) return;
  const file = write('odd.pcap', pcap(talk().packets));
  for (const args of [
    ['-T', 'json'],
    ['-T', 'ek'],
    ['-T', 'pdml'],
    ['-q', '-z', 'follow,tcp,raw,0'],
    ['-q', '-z', 'follow,tcp,yaml,0'],
  ])
    inputs.set(args.join(' '), run('tshark', '-n', '-r', file, ...args));
});

/** Memory that waits is counted where it is taken, and given back by the end of any input. */
function holdsNothing(input: Uint8Array, limits: InspectLimits = {}): void {
  const session = new Session(() => {}, { engine: nodeZlib(), createHeaderDecoder }, limits);
  try {
    const { reader } = detect(session, input);
    for (let at = 0; at < input.length; at += 37) reader.push(input.subarray(at, at + 37));
    reader.end();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return;
  }
  expect(session.heldBytes).toBe(0);
}

async function survives(input: Uint8Array): Promise<void> {
  await inspectAll(input).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toMatch(/./);
  });
}

it('beginnings of every input', async () => {
  for (const input of inputs.values()) {
    const step = Math.max(1, Math.floor(input.length / 100));
    for (let end = 0; end < input.length; end += step) await survives(input.subarray(0, end));
  }
});

it('the ends, the middle and the whole of every input leave nothing held', () => {
  for (const input of inputs.values()) {
    for (const limits of [{}, { maxHeldBytes: 300 }, { maxMessageBytes: 20 }]) {
      holdsNothing(input, limits);
      for (let part = 1; part < 20; part++) {
        holdsNothing(input.subarray(0, (input.length * part) / 20), limits);
        holdsNothing(input.subarray((input.length * part) / 20), limits);
      }
    }
  }
});

it('packets that are lost, or in another order, leave nothing held', () => {
  for (const { packets } of [talk(), http2(), longTalk()]) {
    fc.assert(
      fc.property(fc.shuffledSubarray([...packets.keys()]), fc.constantFrom(300, 5000, 1e6), (order, held) =>
        holdsNothing(pcap(order.map((index) => packets[index]!)), { maxHeldBytes: held }),
      ),
      { numRuns: 200 },
    );
  }
});

it('ends of every input: as if its beginning had been lost', async () => {
  for (const input of inputs.values()) {
    const step = Math.max(1, Math.floor(input.length / 50));
    for (let start = 1; start < input.length; start += step) await survives(input.subarray(start));
  }
});

it('one input behind the beginning of another', async () => {
  const all = [...inputs.values()];
  for (const first of all)
    for (const second of all) await survives(join(first.subarray(0, 300), second.subarray(100, 900)));
});

describe('random', () => {
  it.each([
    ['bytes', fc.uint8Array({ maxLength: 2000 })],
    ['text', fc.string({ unit: 'binary', maxLength: 500 }).map(bytesOf)],
    ['JSON', fc.json().map(bytesOf)],
    [
      'bytes behind the magic of a capture',
      fc
        .uint8Array({ maxLength: 500 })
        .map((bytes) => join(Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0), bytes)),
    ],
    [
      'bytes behind a preface',
      fc
        .uint8Array({ maxLength: 500 })
        .map((bytes) => pcap(new FakeTcp().open().client(PREFACE, bytes).server(bytes).packets)),
    ],
  ])('%s', async (_, arbitrary: fc.Arbitrary<Uint8Array>) => {
    await fc.assert(fc.asyncProperty(arbitrary, survives), { numRuns: 200 });
  });
});

it('wrong bytes in every input', async () => {
  const change = fc.tuple(fc.nat(), fc.nat(255));
  for (const input of inputs.values()) {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const wrong = input.slice();
        for (const [at, byte] of changes) wrong[at % wrong.length] = byte;
        await survives(wrong);
      }),
      { numRuns: 40 },
    );
  }
});
