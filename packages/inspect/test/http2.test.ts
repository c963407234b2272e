// WebSockets in streams of HTTP/2 (RFC 8441): a real connection of Node's, and frames by hand.

import { type InspectEvent, inspectStream } from '@sanssocket/inspect';
import { inspectStream as inspectInBrowser } from '@sanssocket/inspect/browser';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHeaderDecoder } from '../src/inspection/hpack.js';
import {
  faultsOf,
  fromClient,
  fromServer,
  inspectAll,
  join,
  messagesOf,
  notesOf,
  ofType,
} from './support/events.js';
import { type Chunk, CONNECT, headerBlock, http2Frame, PREFACE, recordHttp2 } from './support/http2.js';
import { FakeTcp, pcap } from './support/pcap.js';
import { folder, isInstalled, run, write } from './support/tools.js';

const HEADERS = 1;
const END_HEADERS = 4;

let chunks: readonly Chunk[] = [];

beforeAll(async () => {
  chunks = await recordHttp2();
});

function tcpOf(recorded: readonly Chunk[]): FakeTcp {
  const tcp = new FakeTcp().open();
  for (const [from, bytes] of recorded) {
    // An IPv4 packet is no longer than its length can say.
    for (let at = 0; at < bytes.length; at += 60_000) tcp[from](bytes.subarray(at, at + 60_000));
  }
  return tcp.close();
}

const LONG = 'x'.repeat(70_000);

function expectBoth(events: readonly InspectEvent[]): void {
  for (const [index, connection] of [1, 2].entries()) {
    const mine = events.filter((event) => 'connection' in event && event.connection === connection);
    const said = messagesOf(mine.filter((event) => 'from' in event && event.from === 'client'));
    expect(said).toEqual([
      ...[0, 1, 2].map((round) => `client: text ${round} of ${index}`),
      `client: ${LONG}`,
    ]);
    const answers = messagesOf(mine.filter((event) => 'from' in event && event.from === 'server'));
    expect(answers).toEqual(['Hello', 'Hello', 'echo', 'echo', 'echo'].map((text) => `server: ${text}`));
    expect(ofType(mine, 'handshake').map(({ startLine }) => startLine)).toEqual([
      `CONNECT /chat${index} HTTP/2`,
      'HTTP/2 200',
    ]);
    expect(ofType(mine, 'handshake')[0]!.rawHeaders).toContain('x-number');
    expect(ofType(mine, 'frame').filter(({ closeCode }) => closeCode === 1000)).toHaveLength(2);
  }
  expect(faultsOf(events)).toEqual([]);
}

describe('a connection of Node: a page and two WebSockets', () => {
  it('in a capture', async () => {
    const events = await inspectAll(pcap(tcpOf(chunks).packets));
    expectBoth(events);
    expect(notesOf(events)).toEqual([]);
    expect(ofType(events, 'connection')[0]).toMatchObject({
      client: '127.0.0.1:40000 (stream 3)',
      by: 'handshake',
    });
  });

  it('a byte at a time, and with the preface in pieces', async () => {
    const bytewise = chunks.flatMap(([from, bytes]): Chunk[] =>
      bytes.length > 1000
        ? [[from, bytes]]
        : Array.from(bytes, (_, at) => [from, bytes.subarray(at, at + 1)]),
    );
    expectBoth(await inspectAll(pcap(tcpOf(bytewise).packets)));
  });

  it('in a recording, and in a netlog above TLS', async () => {
    const lines = chunks.map(([from, bytes], at) =>
      JSON.stringify({ connection: 1, from, at, bytes: Buffer.from(bytes).toString('base64') }),
    );
    expectBoth(await inspectAll(lines.join('\n')));
    const types = { SSL_SOCKET_BYTES_SENT: 1, SSL_SOCKET_BYTES_RECEIVED: 2 };
    const log = chunks.map(([from, bytes], at) => ({
      type: from === 'client' ? 1 : 2,
      time: `${at}`,
      source: { id: 7 },
      params: { bytes: Buffer.from(bytes).toString('base64') },
    }));
    expectBoth(await inspectAll(JSON.stringify({ constants: { logEventTypes: types }, events: log })));
  });

  it.skipIf(!isInstalled('tshark')).each(['raw', 'yaml'])('tshark follow,http2,%s', async (mode) => {
    const file = write('http2.pcap', pcap(tcpOf(chunks).packets));
    const follow = (stream: number): Uint8Array =>
      run(
        'tshark',
        '-n',
        '-r',
        file,
        '-d',
        'tcp.port==80,http2',
        '-q',
        '-z',
        `follow,http2,${mode},0,${stream}`,
      );
    const events = await inspectAll(follow(3));
    expect(messagesOf(events).filter((text) => text.startsWith('client'))).toEqual([
      'client: text 0 of 0',
      'client: text 1 of 0',
      'client: text 2 of 0',
      `client: ${LONG}`,
    ]);
    expect(messagesOf(events)).toContain('server: Hello');
    expect(faultsOf(events)).toEqual([]);
    if (mode === 'raw') expect(notesOf(await inspectAll(follow(1)))).toEqual(['no-websocket']);
  });

  it.skipIf(!isInstalled('tshark')).each([
    ['-T', 'json'],
    ['-T', 'ek'],
    ['-T', 'pdml'],
  ])('tshark %s %s: its packets, not its words about HTTP/2', async (...args) => {
    const file = write('http2.pcap', pcap(tcpOf(chunks).packets));
    expectBoth(await inspectAll(run('tshark', '-n', '-r', file, '-d', 'tcp.port==80,http2', ...args)));
    expect(folder).not.toBe('');
  });

  it('a page reads it with a decoder, and says without one what can', async () => {
    const read: InspectEvent[] = [];
    const capture = [pcap(tcpOf(chunks).packets)];
    for await (const event of inspectInBrowser(capture, { createHeaderDecoder })) read.push(event);
    expectBoth(read);
    const events: InspectEvent[] = [];
    for await (const event of inspectInBrowser([pcap(tcpOf(chunks).packets)])) events.push(event);
    expect(ofType(events, 'note').map(({ code, message }) => [code, message])).toContainEqual([
      'partly-read',
      expect.stringContaining('npx @sanssocket/inspect'),
    ]);
  });
});

describe('by hand', () => {
  const request = http2Frame(HEADERS, END_HEADERS, 1, headerBlock(CONNECT));
  const accepted = http2Frame(HEADERS, END_HEADERS, 1, headerBlock({ ':status': '200' }));
  const data = (bytes: Uint8Array, flags = 0): Uint8Array => http2Frame(0, flags, 1, bytes);
  const inspected = (tcp: FakeTcp): Promise<InspectEvent[]> => inspectAll(pcap(tcp.close().packets));

  it('padding, priority, header blocks in pieces, frames cut anywhere', async () => {
    const block = headerBlock(CONNECT);
    const first = join(Uint8Array.of(3, 0, 0, 0, 0, 16), block.subarray(0, 9), new Uint8Array(3));
    const pieces = join(
      http2Frame(HEADERS, 0x28, 1, first),
      http2Frame(9, 0, 1, block.subarray(9, 20)),
      http2Frame(9, END_HEADERS, 1, block.subarray(20)),
    );
    const hello = fromClient('Hello');
    const padded = join(
      data(join(Uint8Array.of(4), hello.subarray(0, 3), new Uint8Array(4)), 8),
      data(new Uint8Array(0)),
      data(join(Uint8Array.of(0), hello.subarray(3)), 9),
    );
    const tcp = new FakeTcp().open().client(join(PREFACE, pieces)).server(accepted).client(padded);
    const events = await inspected(tcp);
    expect(messagesOf(events)).toEqual(['client: Hello']);
    expect([...faultsOf(events), ...notesOf(events)]).toEqual([]);
  });

  it('an interim response, a rejection, a stream that is reset', async () => {
    const interim = http2Frame(HEADERS, END_HEADERS, 1, headerBlock({ ':status': '103' }));
    const tcp = new FakeTcp()
      .open()
      .client(PREFACE, request)
      .server(interim, accepted, data(fromServer('a')));
    tcp.client(http2Frame(3, 0, 1, new Uint8Array(4))).server(data(fromServer('too late')));
    expect(messagesOf(await inspected(tcp))).toEqual(['server: a']);
    const forbidden = http2Frame(HEADERS, END_HEADERS | 1, 1, headerBlock({ ':status': '403' }));
    const events = await inspected(new FakeTcp().open().client(PREFACE, request).server(forbidden));
    expect(notesOf(events)).toEqual(['rejected']);
  });

  it('data before the response waits for it, up to a limit', async () => {
    const early = (bytes: Uint8Array): FakeTcp => {
      const tcp = new FakeTcp().open().client(PREFACE, request);
      for (let at = 0; at < bytes.length; at += 16_000) tcp.client(data(bytes.subarray(at, at + 16_000)));
      return tcp.client(data(new Uint8Array(0), 1)).server(accepted);
    };
    expect(messagesOf(await inspected(early(fromClient('Hello'))))).toEqual(['client: Hello']);
    const many = join(...new Array(30).fill(fromClient('x'.repeat(10_000))));
    const events = await inspected(early(many));
    expect(ofType(events, 'note')[0]).toMatchObject({ code: 'gap', from: 'client' });
    expect(ofType(events, 'frame')).toEqual([]);
  });

  it('faults are those of the frames within, at their byte in the stream', async () => {
    const wrong = join(fromClient('Hello'), fromServer('Hello'));
    const tcp = new FakeTcp().open().client(PREFACE, request).server(accepted).client(data(wrong));
    expect(faultsOf(await inspected(tcp))).toEqual(['client: MASK_REQUIRED at 12']);
  });

  it('a gap inside of DATA is that of a frame; elsewhere reading ends, and it is said', async () => {
    const frame = data(fromServer('x'.repeat(3000)));
    const tcp = new FakeTcp().open().client(PREFACE, request).server(accepted, frame.subarray(0, 1000));
    tcp.server(frame.subarray(1000, 2000), frame.subarray(2000), data(fromServer('behind')));
    const { packets } = tcp.close();
    const middle = packets.findIndex(({ original }) => original === 1054);
    const lost = (index: number): Promise<InspectEvent[]> =>
      inspectAll(pcap(packets.filter((_, at) => at !== index)));
    const within = await lost(middle + 1);
    expect(ofType(within, 'frame')[0]).toMatchObject({ missing: [{ start: 987, end: 1987 }] });
    expect(messagesOf(within)).toContain('server: behind');
    const header = await lost(middle);
    expect(ofType(header, 'note').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^1000 bytes of the server are missing: nothing behind it can be read/),
    ]);
    expect(ofType(header, 'frame')).toEqual([]);
  });

  it.each([
    ['is not well-formed', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['is not well-formed', Uint8Array.of(0x00, 0x85, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['is longer than is kept', new Uint8Array(300_000)],
  ])('a header block that %s', async (words, block) => {
    const parts = [];
    for (let at = 0; at < block.length; at += 16_000) parts.push(block.subarray(at, at + 16_000));
    const frames = parts.map((part, at) =>
      http2Frame(at === 0 ? HEADERS : 9, at === parts.length - 1 ? END_HEADERS : 0, 1, part),
    );
    const tcp = new FakeTcp()
      .open()
      .client(PREFACE, ...frames, request)
      .server(accepted);
    const events = await inspected(tcp);
    expect(ofType(events, 'note')[0]).toMatchObject({
      code: 'damaged',
      message: expect.stringContaining(words),
    });
    expect(ofType(events, 'connection')).toEqual([]);
  });

  it('without a WebSocket the streams are counted', async () => {
    const events = await inspected(
      new FakeTcp()
        .open()
        .client(PREFACE)
        .server(http2Frame(4, 1, 0, new Uint8Array(0))),
    );
    expect(ofType(events, 'note')[0]).toMatchObject({
      code: 'no-websocket',
      message: expect.stringContaining('1 of them HTTP/2'),
    });
  });

  it('eight times the streams, and the headers, cost some eight times as much', async () => {
    const many = (count: number): Uint8Array => {
      const tcp = new FakeTcp().open().client(PREFACE);
      for (let index = 0; index < count; index++) {
        const stream = 2 * index + 1;
        tcp.client(http2Frame(HEADERS, END_HEADERS, stream, headerBlock(CONNECT)));
        tcp.server(http2Frame(HEADERS, END_HEADERS, stream, headerBlock({ ':status': '200' })));
        tcp.client(http2Frame(0, 0, stream, fromClient('Hello')));
      }
      return pcap(tcp.packets);
    };
    const cost = async (input: Uint8Array): Promise<number> => {
      const start = process.cpuUsage();
      for await (const _ of inspectStream([input])) {
      }
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const [small, large] = [many(1500), many(12_000)];
    await cost(small);
    const [a, b] = [await cost(small), await cost(large)];
    expect(b / a).toBeLessThan(24);
  });
});
