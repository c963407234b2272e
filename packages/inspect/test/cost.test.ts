// Costs grow with the input, not with its square; memory does not grow with it.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inspectStream } from '@sanssocket/inspect';
import { expect, it } from 'vitest';
import { fromClient, fromServer, join, REQUEST, response } from './support/events.js';
import { FakeTcp, pcap } from './support/pcap.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Packets of two directions, small frames and large ones. */
function captureOf(rounds: number): Uint8Array {
  const tcp = new FakeTcp().open().client(REQUEST).server(response());
  for (let index = 0; index < rounds; index++) {
    tcp.client(fromClient('a'.repeat(100)), fromClient('b'.repeat(1000)));
    tcp.server(fromServer('c'.repeat(1400)), join(fromServer('d'), fromServer('e')));
  }
  return pcap(tcp.packets);
}

/** The time that the middle of three inspections takes. */
async function costOf(chunks: () => Iterable<Uint8Array>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const start = process.cpuUsage();
    for await (const _ of inspectStream(chunks())) {
    }
    const { user, system } = process.cpuUsage(start);
    times.push(user + system);
  }
  return times.sort((a, b) => a - b)[1]!;
}

it('eight times the capture costs some eight times as much', async () => {
  const [small, large] = [captureOf(500), captureOf(4000)];
  await costOf(() => [small]);
  const ratio = (await costOf(() => [large])) / (await costOf(() => [small]));
  expect(ratio).toBeLessThan(24);
});

const PACKETS: [name: string, make: (count: number) => FakeTcp][] = [
  [
    'one stream without frames',
    (count: number) => new FakeTcp().server(...new Array(count).fill(new Uint8Array(1000).fill(0x2e))),
  ],
  [
    'a stream that was lost',
    (count: number) => {
      const tcp = new FakeTcp()
        .open()
        .client(REQUEST)
        .server(response())
        .server(Uint8Array.of(0x82, 127, 255, 0, 0, 0, 0, 0, 0, 0));
      return tcp.server(...new Array(count).fill(new Uint8Array(1000).fill(0x2e)));
    },
  ],
  ...['GET / HTTP/1.1\n', 'GET /\n', 'GET / '].map((line): [string, (count: number) => FakeTcp] => [
    `a body of ${JSON.stringify(line)}`,
    (count: number) => {
      const tcp = new FakeTcp().open().client(new TextEncoder().encode('POST / HTTP/1.1\r\nHost: h\r\n\r\n'));
      const piece = new TextEncoder().encode(line.repeat(Math.floor(1000 / line.length)));
      return tcp.client(...new Array(count).fill(piece));
    },
  ]),
];

it.each(PACKETS)('%s: eight times the packets cost some eight times as much', async (_, make) => {
  const [small, large] = [500, 4000].map((count) => pcap(make(count).packets));
  await costOf(() => [small!]);
  const ratio = (await costOf(() => [large!])) / (await costOf(() => [small!]));
  expect(ratio).toBeLessThan(24);
});

it('a message of many fragments, and a frame of many segments, hold their bytes and little more', async () => {
  const COUNT = 300_000;
  const fragment = fromServer('a', { opcode: 0, fin: false });
  const fragments = join(...new Array<Uint8Array>(1000).fill(fragment));
  const lonely = Uint8Array.of(0x61);
  function* fragmented(): Generator<Uint8Array> {
    yield fromServer('', { fin: false });
    for (let sent = 0; sent < COUNT; sent += 1000) yield fragments;
  }
  function* cut(): Generator<Uint8Array> {
    yield Uint8Array.of(0x82, 127, 0, 0, 0, 0, 1, 0, 0, 0);
    for (let sent = 0; sent < COUNT; sent++) yield lonely;
  }
  for (const stream of [fragmented, cut]) {
    const before = liveBytes();
    let after = 0;
    function* measured(): Generator<Uint8Array> {
      yield* stream();
      after = liveBytes();
    }
    for await (const _ of inspectStream(measured())) {
    }
    expect(after - before).toBeLessThan(20 * COUNT);
  }
});

/** Bytes that live on the heap and in array buffers. */
function liveBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

it('a message that never ends is held up to the limit', async () => {
  const held: number[] = [];
  function* stream(): Generator<Uint8Array> {
    yield Uint8Array.of(0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0);
    const chunk = new Uint8Array(1024 * 1024);
    for (let index = 0; index < 100; index++) {
      if (index % 50 === 49) held.push(process.memoryUsage().arrayBuffers);
      yield chunk;
    }
  }
  for await (const _ of inspectStream(stream(), { maxMessageBytes: 4 * 1024 * 1024 })) {
  }
  expect(held[1]! - held[0]!).toBeLessThan(40 * 1024 * 1024);
});
