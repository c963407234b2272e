// Streams of bytes: faults by code, section and byte; beginnings that are missing; compression.
import { constants, createDeflateRaw } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  faultsOf,
  fromClient,
  fromServer,
  inspectAll,
  join,
  messagesOf,
  notesOf,
  ofType,
  REQUEST,
  response,
} from './support/events.js';
import { FakeTcp, pcap } from './support/pcap.js';

/** Messages compressed with one window, as RFC 7692 7.2.1 says. */
async function compress(texts: readonly string[]): Promise<Uint8Array[]> {
  const deflate = createDeflateRaw({ windowBits: 15 });
  const messages: Uint8Array[] = [];
  for (const text of texts) {
    const parts: Uint8Array[] = [];
    const take = (part: Uint8Array): number => parts.push(part);
    deflate.on('data', take);
    deflate.write(text);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    deflate.off('data', take);
    messages.push(join(...parts).subarray(0, -4));
  }
  return messages;
}

const TEXTS = [
  'a first message of some length',
  'a second message of some length',
  'a third message of some length',
  'unlike {} 42',
];

function stream(
  client: readonly Uint8Array[],
  server: readonly Uint8Array[],
  extensions?: string,
): Uint8Array {
  return pcap(
    new FakeTcp()
      .open()
      .client(REQUEST)
      .server(response(extensions))
      .client(...client)
      .server(...server).packets,
  );
}

describe('faults', () => {
  it.each([
    ['a mask of the server', [], [fromServer('x', { maskingKey: 1 })], 'server: MASK_FORBIDDEN at 130'],
    ['no mask of the client', [fromServer('x')], [], 'client: MASK_REQUIRED at 155'],
    ['RSV1 without an extension', [fromClient('x', { rsv: 64 })], [], 'client: RESERVED_BITS at 154'],
    ['a reserved opcode', [], [Uint8Array.of(0x83, 0)], 'server: RESERVED_OPCODE at 129'],
    ['a fragmented ping', [], [Uint8Array.of(0x09, 0)], 'server: CONTROL_FRAGMENTED at 129'],
    [
      'a length that is not minimal',
      [],
      [Uint8Array.of(0x82, 126, 0, 1, 7)],
      'server: LENGTH_NOT_MINIMAL at 131',
    ],
    ['a continuation of nothing', [], [Uint8Array.of(0x80, 0)], 'server: UNEXPECTED_CONTINUATION at 129'],
    [
      'a message inside of another',
      [],
      [Uint8Array.of(0x01, 0, 0x81, 0)],
      'server: EXPECTED_CONTINUATION at 131',
    ],
    ['text that is not UTF-8', [], [Uint8Array.of(0x81, 3, 0x61, 0xff, 0x61)], 'server: INVALID_UTF8 at 132'],
    ['a close code that is none', [], [Uint8Array.of(0x88, 2, 3, 0xed)], 'server: CLOSE_CODE_INVALID at 131'],
    [
      'a close reason that is not UTF-8',
      [],
      [Uint8Array.of(0x88, 3, 3, 0xe8, 0xff)],
      'server: INVALID_UTF8 at 133',
    ],
  ])('%s', async (_, client, server, fault) => {
    const events = await inspectAll(stream(client, [...server, fromServer('after')]));
    expect(faultsOf(events)).toEqual([fault]);
    const [found] = ofType(events, 'fault');
    expect(found!.fault.section).toMatch(/^\d/);
    // Reading goes on.
    expect(messagesOf(events)).toContain('server: after');
  });

  it('a length that no frame has ends reading, and what follows is said', async () => {
    const events = await inspectAll(
      stream([], [Uint8Array.of(0x82, 127, 0xff, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9)]),
    );
    expect(faultsOf(events)).toEqual(['server: LENGTH_TOP_BIT at 131']);
    expect(notesOf(events)).toEqual(['unread-bytes']);
  });

  it('a head that breaks a rule of HTTP', async () => {
    const head = bytesOf('GET / HTTP/1.1\r\nUpgrade: websocket\r\nbad name: x\r\n\r\n');
    const events = await inspectAll(pcap(new FakeTcp().open().client(head).packets));
    expect(faultsOf(events)).toEqual([expect.stringMatching(/^client: HEADER_NAME_INVALID at \d+$/)]);
  });

  it('compressed data that are no DEFLATE', async () => {
    const wrong = fromServer(Uint8Array.of(0xff, 0xff, 0xff), { rsv: 64 });
    const events = await inspectAll(stream([], [wrong], 'permessage-deflate'));
    expect(faultsOf(events)).toEqual(['server: EXTENSION_DATA at 177']);
    expect(messagesOf(events)).toEqual(['server: ffffff (not-deflate)']);
  });

  it('a frame that the input ends in is shown as far as it is there', async () => {
    const events = await inspectAll(stream([], [fromServer('0123456789').subarray(0, 7)]));
    expect(ofType(events, 'frame')[0]).toMatchObject({ payloadLength: 10, missing: [{ start: 5, end: 10 }] });
    expect(messagesOf(events)).toEqual(['server: 01234 (missing-bytes)']);
    expect(notesOf(events)).toEqual(['damaged']);
  });
});

describe('compression', () => {
  it('messages over one window, and their fragments', async () => {
    const [first, second] = await compress(TEXTS);
    const events = await inspectAll(
      stream(
        [],
        [
          fromServer(first!, { rsv: 64 }),
          fromServer(second!.subarray(0, 3), { rsv: 64, fin: false }),
          fromServer('', { opcode: 9 }),
          fromServer(second!.subarray(3), { opcode: 0 }),
        ],
        'permessage-deflate; server_max_window_bits=15',
      ),
    );
    expect(messagesOf(events)).toEqual(TEXTS.slice(0, 2).map((text) => `server: ${text}`));
    expect(ofType(events, 'message').map(({ frames, compression }) => [frames, compression])).toEqual([
      [1, 'agreed'],
      [2, 'agreed'],
    ]);
  });

  it('from the middle of a capture: messages that refer to earlier ones are said, later ones unsure', async () => {
    const [, ...later] = await compress(TEXTS);
    const [early] = await compress(TEXTS);
    const tcp = new FakeTcp()
      .client(fromClient('plain'))
      .server(...later.map((message) => fromServer(message, { rsv: 64 })), fromServer('plain'));
    const events = await inspectAll(pcap(tcp.packets));
    expect(notesOf(events)).toContain('no-handshake');
    const server = ofType(events, 'message').filter(({ from }) => from === 'server');
    expect(server[0]).toMatchObject({ compression: 'not-seen', problem: 'window-missing' });
    expect(server.at(-1)).toMatchObject({ text: 'plain', compression: 'none' });
    for (const message of server.slice(0, -1)) expect(message.unsure).toBe(true);
    expect(faultsOf(events)).toEqual([]);
    // One that refers to nothing is read.
    const alone = await inspectAll(
      pcap(
        new FakeTcp().server(fromServer(early!, { rsv: 64 }), fromServer('plain text that is plain')).packets,
      ),
    );
    expect(messagesOf(alone)).toEqual([`server: ${TEXTS[0]}`, 'server: plain text that is plain']);
    expect(ofType(alone, 'message')[0]).toMatchObject({ compression: 'not-seen', unsure: true });
  });

  it('a lost message costs those that refer to it, and no more', async () => {
    const [first, second, third] = await compress(TEXTS);
    const frames = [first!, second!, third!].map((message) => fromServer(message, { rsv: 64 }));
    const tcp = new FakeTcp()
      .open()
      .client(REQUEST)
      .server(response('permessage-deflate'), ...frames, fromServer('plain text'));
    const events = await inspectAll(pcap(tcp.packets.filter((_, index) => index !== 5)));
    expect(messagesOf(events)).toEqual([
      `server: ${TEXTS[0]}`,
      expect.stringContaining('(window-missing)'),
      'server: plain text',
    ]);
  });

  it('without takeover each message is read alone', async () => {
    const [first] = await compress(TEXTS);
    const frames = [first!, first!, first!].map((message) => fromServer(message, { rsv: 64 }));
    const tcp = new FakeTcp()
      .open()
      .client(REQUEST)
      .server(response('permessage-deflate; server_no_context_takeover'), ...frames);
    const events = await inspectAll(pcap(tcp.packets.filter((_, index) => index !== 5)));
    expect(messagesOf(events)).toEqual([`server: ${TEXTS[0]}`, `server: ${TEXTS[0]}`]);
    expect(ofType(events, 'message').every(({ unsure }) => unsure === undefined)).toBe(true);
  });

  it('bombs end at the limit', async () => {
    const [bomb] = await compress(['0'.repeat(3_000_000)]);
    const file = stream([], [fromServer(bomb!, { rsv: 64 }), fromServer('after')], 'permessage-deflate');
    const events = await inspectAll(file, { maxMessageBytes: 1_000_000 });
    expect(messagesOf(events)).toEqual([expect.stringContaining('(too-long)'), 'server: after']);
  });
});

describe('a beginning that is missing', () => {
  it('sides are told by the mask bit', async () => {
    const tcp = new FakeTcp().server(fromServer('from the server')).client(fromClient('from the client'));
    const events = await inspectAll(pcap(tcp.packets));
    expect(messagesOf(events)).toEqual(['server: from the server', 'client: from the client']);
    expect(ofType(events, 'connection')[0]).toMatchObject({ by: 'frames', client: '127.0.0.1:40000' });
    expect(notesOf(events)).toEqual(['no-handshake', 'side-by-mask']);
  });

  it('frames are found behind the rest of one whose header is missing', async () => {
    const rest = fromServer('the rest of a long message, as it was cut'.repeat(20)).subarray(200);
    const tcp = new FakeTcp().server(
      rest,
      fromServer('one message'),
      fromServer('another message'),
      fromServer('third'),
    );
    const events = await inspectAll(pcap(tcp.packets));
    expect(messagesOf(events)).toEqual(['server: one message', 'server: another message', 'server: third']);
    expect(
      ofType(events, 'note')
        .map(({ message }) => message)
        .join(),
    ).toMatch(/bytes 0 to \d+ of the server belong to frames whose beginning is missing/);
  });

  it('the rest of a fragmented message is said to begin before', async () => {
    const tcp = new FakeTcp().server(
      fromServer('end', { opcode: 0 }),
      fromServer('whole message'),
      fromServer('and more'),
    );
    const events = await inspectAll(pcap(tcp.packets));
    expect(messagesOf(events)).toEqual([
      `server: ${Buffer.from('end').toString('hex')} (begins-before)`,
      'server: whole message',
      'server: and more',
    ]);
    expect(faultsOf(events)).toEqual([]);
  });

  it('other traffic is not taken for frames', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000, size: 'max' }), async (bytes) => {
        // Random bytes pass for frames in one of 4096 cases: those that begin with a valid frame are left out.
        const events = await inspectAll(pcap(new FakeTcp().server(bytes).packets));
        expect(ofType(events, 'summary')[0]!.frames).toBeLessThanOrEqual(bytes.length < 200 ? 30 : 0);
      }),
      { numRuns: 50 },
    );
  });

  it('HTTP is not taken for frames', async () => {
    const http = bytesOf(
      'rest of a body\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>@AB some text</html>'.repeat(
        50,
      ),
    );
    expect(ofType(await inspectAll(pcap(new FakeTcp().server(http).packets)), 'frame')).toEqual([]);
  });
});

describe('raw bytes', () => {
  const client = join(REQUEST, fromClient('ping'), fromClient('bye'));
  const server = join(response(), fromServer('pong'));

  it('of one side, with its head', async () => {
    expect(messagesOf(await inspectAll(client))).toEqual(['client: ping', 'client: bye']);
    expect(messagesOf(await inspectAll(server))).toEqual(['server: pong']);
  });

  it('of the client alone, compressed: read by RSV1, and sure', async () => {
    const [first, second] = await compress(TEXTS);
    const frames = [first!, second!].map((message) => fromClient(message, { rsv: 64 }));
    const events = await inspectAll(join(REQUEST, ...frames));
    expect(messagesOf(events)).toEqual(TEXTS.slice(0, 2).map((text) => `client: ${text}`));
    expect(ofType(events, 'message').map(({ compression, unsure }) => [compression, unsure])).toEqual([
      ['not-seen', undefined],
      ['not-seen', undefined],
    ]);
    expect(notesOf(events)).toEqual(['no-handshake']);
  });

  it('of one side, without a head', async () => {
    expect(messagesOf(await inspectAll(join(fromClient('a'), fromClient('b'))))).toEqual([
      'client: a',
      'client: b',
    ]);
    expect(messagesOf(await inspectAll(Uint8Array.of(0x81, 1, 0x61)))).toEqual(['server: a']);
  });

  it('at every cut, and a byte at a time, with the same events', async () => {
    const whole = await inspectAll(server);
    for (let at = 1; at < server.length; at++) {
      expect(await inspectAll([server.subarray(0, at), server.subarray(at)])).toEqual(whole);
    }
    expect(await inspectAll(Array.from(server, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('an empty input says so', async () => {
    expect(notesOf(await inspectAll(new Uint8Array(0)))).toEqual(['empty']);
  });
});
