// Captures: formats, link types, and TCP put together; what is missing is said, and nothing made up.
import { gzipSync } from 'node:zlib';
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
import { FakeTcp, type PacketOptions, pcap, pcapng } from './support/pcap.js';

/** A connection with a few messages either way. */
function talk(options: PacketOptions = {}, port?: number): FakeTcp {
  return new FakeTcp(options, port)
    .open()
    .client(REQUEST)
    .server(response())
    .client(fromClient('hello'), fromClient('x'.repeat(1000)))
    .server(fromServer('hello'), fromServer('yes'))
    .client(fromClient('', { opcode: 8, payload: Uint8Array.of(3, 0xe8) }))
    .server(fromServer('', { opcode: 8, payload: Uint8Array.of(3, 0xe8) }))
    .close();
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

const SAID = ['client: hello', `client: ${'x'.repeat(1000)}`, 'server: hello', 'server: yes'];

describe('formats', () => {
  it.each([
    ['microseconds, little endian', { little: true, nano: false }],
    ['nanoseconds, little endian', { little: true, nano: true }],
    ['microseconds, big endian', { little: false, nano: false }],
    ['nanoseconds, big endian', { little: false, nano: true }],
  ])('pcap in %s', async (_, options) => {
    const events = await inspectAll(pcap(talk().packets, options));
    expect(messagesOf(events)).toEqual(SAID);
    expect(ofType(events, 'message').map(({ timeMs }) => timeMs! - 1_700_000_000_000)).toEqual([4, 5, 6, 7]);
    expect(ofType(events, 'connection')[0]).toMatchObject({
      client: '127.0.0.1:40000',
      server: '127.0.0.2:80',
      by: 'handshake',
    });
    expect(ofType(events, 'summary')).toMatchObject([
      { packets: 12, streams: 1, connections: 1, frames: 6, messages: 4, faults: 0 },
    ]);
  });

  it.each([true, false])('pcapng, little endian: %s', async (little) => {
    const events = await inspectAll(pcapng(talk().packets, little));
    expect(messagesOf(events)).toEqual(SAID);
    expect(ofType(events, 'message').map(({ timeMs }) => timeMs! - 1_700_000_000_000)).toEqual([4, 5, 6, 7]);
  });

  it('behind gzip', async () => {
    expect(messagesOf(await inspectAll(new Uint8Array(gzipSync(pcap(talk().packets)))))).toEqual(SAID);
    await expect(inspectAll(new Uint8Array(gzipSync(pcap(talk().packets)).subarray(0, 60)))).rejects.toThrow(
      /gzip/,
    );
  });

  it.each([
    ['pcap', pcap(talk().packets)],
    ['pcapng', pcapng(talk().packets)],
  ])('%s, a byte at a time', async (_, file) => {
    const chunks = Array.from(file, (byte) => Uint8Array.of(byte));
    expect(messagesOf(await inspectAll(chunks))).toEqual(SAID);
  });

  it.each([
    ['Ethernet', { linkType: 1 }],
    ['Ethernet with a VLAN', { linkType: 1, vlan: true }],
    ['Linux cooked', { linkType: 113 }],
    ['Linux cooked, version 2', { linkType: 276 }],
    ['Linux cooked with a VLAN', { linkType: 113, vlan: true }],
    ['Linux cooked, version 2, with a VLAN', { linkType: 276, vlan: true }],
    ['BSD loopback', { linkType: 0 }],
    ['OpenBSD loopback', { linkType: 108 }],
    ['raw IP', { linkType: 101 }],
    ['IPv6 over Ethernet', { ipv6: true }],
    ['IPv6 over Linux cooked', { ipv6: true, linkType: 276 }],
    ['raw IPv6', { ipv6: true, linkType: 229 }],
  ])('%s', async (_, options: PacketOptions) => {
    const events = await inspectAll(pcap(talk(options).packets));
    expect(messagesOf(events)).toEqual(SAID);
    if (options.ipv6)
      expect(ofType(events, 'connection')[0]!.client).toMatch(
        /^\[::1:0:0:0:0\]:40000$|^\[0:0:0:1::\]:40000$|^\[::/,
      );
  });

  it('an unknown link type is named by its number', async () => {
    const events = await inspectAll(pcap(talk({ linkType: 147 }).packets));
    expect(
      ofType(events, 'note')
        .map(({ message }) => message)
        .join(),
    ).toMatch(/link type 147/);
  });

  it('a file that ends in a packet, or is damaged, is read up to there', async () => {
    const file = pcap(talk().packets);
    const cut = await inspectAll(file.subarray(0, file.length - 130));
    expect(messagesOf(cut)).toEqual(SAID);
    expect(notesOf(cut)).toContain('damaged');
    const wrong = new Uint8Array(file);
    wrong.set([0xff, 0xff, 0xff, 0xff], 24 + 8);
    expect(notesOf(await inspectAll(wrong))).toEqual(['damaged', 'empty']);
  });

  it('a header alone has the likely cause', async () => {
    const events = await inspectAll(pcap([]));
    expect(ofType(events, 'note')[0]!.message).toMatch(/--immediate-mode/);
  });

  it('other traffic is counted', async () => {
    const tcp = new FakeTcp()
      .open()
      .client(join(REQUEST.subarray(0, 20), new Uint8Array(3000)))
      .close();
    const other = new FakeTcp({}, 40_001)
      .open()
      .client(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))
      .close();
    const events = await inspectAll(pcap([...tcp.packets, ...other.packets]));
    expect(ofType(events, 'note')[0]!.message).toMatch(
      /no WebSocket traffic in the capture: 10 packets, 2 TCP streams/,
    );
  });

  it('TLS is said to be encrypted, with the ways to a key log', async () => {
    const hello = Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0);
    const events = await inspectAll(pcap(new FakeTcp().open().client(hello).server(hello).close().packets));
    expect(ofType(events, 'note')[0]).toMatchObject({ code: 'encrypted' });
    expect(ofType(events, 'note')[0]!.message).toMatch(/--tls-keylog.*SSLKEYLOGFILE/);
  });
});

describe('TCP', () => {
  it('segments that come twice, also on two interfaces, count once', async () => {
    const lo = talk({ linkType: 1 }).packets;
    const any = talk({ linkType: 113 }).packets;
    const both = lo.flatMap((packet, index) => [packet, any[index]!]);
    const events = await inspectAll(pcapng(both));
    expect(messagesOf(events)).toEqual(SAID);
    expect(notesOf(events)).toEqual([]);
  });

  it('segments out of order are put in order', async () => {
    const { packets } = talk();
    [packets[4], packets[5]] = [packets[5]!, packets[4]!];
    const events = await inspectAll(pcap(packets));
    expect(messagesOf(events)).toEqual(SAID);
    expect(notesOf(events)).toEqual([]);
  });

  it('a segment that was lost is taken where it comes again, however late', async () => {
    const message = fromServer('0123456789'.repeat(40_000));
    const segments = Array.from({ length: 1000 }, (_, index) =>
      message.subarray((index * message.length) / 1000, ((index + 1) * message.length) / 1000),
    );
    const { packets } = new FakeTcp()
      .open()
      .client(REQUEST)
      .server(response(), ...segments);
    const [lost] = packets.splice(5, 1);
    const events = await inspectAll(pcap([...packets, lost!]));
    expect(messagesOf(events)).toEqual([`server: ${'0123456789'.repeat(40_000)}`]);
    expect(notesOf(events)).toEqual([]);
  });

  it('a request that comes with the SYN (TCP Fast Open)', async () => {
    const tcp = new FakeTcp().openFast(REQUEST).server(response()).client(fromClient('hello'));
    const events = await inspectAll(pcap(tcp.server(fromServer('hi')).close().packets));
    expect(messagesOf(events)).toEqual(['client: hello', 'server: hi']);
    expect(notesOf(events)).toEqual([]);
  });

  it('a response that stands before its request in the file', async () => {
    const { packets } = talk();
    const [request] = packets.splice(2, 1);
    const late = [...packets.slice(0, 4), request!, ...packets.slice(4)];
    for (const pieces of [late, [...packets, request!]]) {
      const events = await inspectAll(pcap(pieces));
      expect(messagesOf(events).sort()).toEqual([...SAID].sort());
      expect([...notesOf(events), ...faultsOf(events)]).toEqual([]);
    }
  });

  it('a retransmission that overlaps is trimmed', async () => {
    const message = fromServer('0123456789');
    const whole = new FakeTcp().open().client(REQUEST).server(response(), message).packets;
    const cut = new FakeTcp().open().client(REQUEST).server(response(), message.subarray(0, 6)).packets;
    const events = await inspectAll(pcap([...whole.slice(0, 4), cut[4]!, whole[4]!]));
    expect(messagesOf(events)).toEqual(['server: 0123456789']);
  });

  it('a response that was lost costs the handshake alone, and is said', async () => {
    const { packets } = talk();
    const events = await inspectAll(pcap([...packets.slice(0, 3), ...packets.slice(4)]));
    expect(messagesOf(events)).toEqual(SAID);
    expect(notesOf(events)).toContain('no-handshake');
    expect(faultsOf(events)).toEqual([]);
  });

  it('ports that serve again are another connection', async () => {
    const first = talk().packets;
    const second = talk().packets;
    const events = await inspectAll(pcap([...first, ...second]));
    expect(ofType(events, 'connection').map(({ connection }) => connection)).toEqual([1, 2]);
    expect(messagesOf(events)).toEqual([...SAID, ...SAID]);
  });

  it('connections that are interleaved are told apart', async () => {
    const [a, b] = [talk({}, 40_000).packets, talk({}, 40_001).packets];
    const events = await inspectAll(pcap(a.flatMap((packet, index) => [packet, b[index]!])));
    for (const connection of [1, 2]) {
      expect(
        messagesOf(events.filter((event) => event.type !== 'summary' && event.connection === connection)),
      ).toEqual(SAID);
    }
  });

  it('a gap inside of a payload leaves the place of the next frame', async () => {
    const message = fromServer('a'.repeat(300));
    const tcp = new FakeTcp()
      .open()
      .client(REQUEST)
      .server(
        response(),
        message.subarray(0, 100),
        message.subarray(100, 200),
        message.subarray(200),
        fromServer('next'),
      );
    const events = await inspectAll(pcap(tcp.packets.filter((_, index) => index !== 5)));
    expect(messagesOf(events)).toEqual([
      expect.stringMatching(/^server: .*\(missing-bytes\)$/),
      'server: next',
    ]);
    expect(ofType(events, 'frame')[0]!.missing).toEqual([{ start: 96, end: 196 }]);
    expect(ofType(events, 'note')[0]!.message).toMatch(
      /100 bytes of the server are missing, in the frame at byte 129/,
    );
    expect(Buffer.from(ofType(events, 'frame')[0]!.payload).toString()).toBe(
      `${'a'.repeat(96)}${'\0'.repeat(100)}${'a'.repeat(104)}`,
    );
  });

  it('a masked payload shows zeros in the place of missing bytes', async () => {
    const message = fromClient('b'.repeat(300));
    const tcp = new FakeTcp().open().client(REQUEST).server(response());
    tcp.client(message.subarray(0, 100), message.subarray(100, 200), message.subarray(200));
    const events = await inspectAll(pcap(tcp.packets.filter((_, index) => index !== 5)));
    expect(Buffer.from(ofType(events, 'frame')[0]!.payload).toString()).toBe(
      `${'b'.repeat(92)}${'\0'.repeat(100)}${'b'.repeat(108)}`,
    );
  });

  it('behind a gap with headers in it frames are found again, and the gap is said', async () => {
    const frames = Array.from({ length: 10 }, (_, index) => fromServer(`message ${index}`));
    const tcp = new FakeTcp()
      .open()
      .client(REQUEST)
      .server(response(), ...frames);
    const events = await inspectAll(pcap(tcp.packets.filter((_, index) => index !== 6 && index !== 7)));
    expect(messagesOf(events)).toEqual([0, 1, 4, 5, 6, 7, 8, 9].map((index) => `server: message ${index}`));
    expect(notesOf(events)).toEqual(['gap', 'resynchronised']);
  });

  it('packets that are cut give no made-up frames', async () => {
    const tcp = new FakeTcp({ snap: 250 })
      .open()
      .client(REQUEST.subarray(0, 100), REQUEST.subarray(100))
      .server(response());
    tcp.server(fromServer('c'.repeat(500)), fromServer('next'), fromServer('last'));
    const events = await inspectAll(pcap(tcp.packets));
    expect(messagesOf(events)).toEqual([
      expect.stringContaining('(missing-bytes)'),
      'server: next',
      'server: last',
    ]);
    expect(ofType(events, 'frame')).toHaveLength(3);
    expect(notesOf(events)).toEqual(['gap', 'cut-packets']);
  });

  it('bytes that are missing at the end are known by FIN, or by what the peer acknowledges', async () => {
    const { packets } = talk();
    // The Close frame of the client; the same without a FIN.
    for (const kept of [
      [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11],
      [0, 1, 2, 3, 4, 5, 6, 7, 9],
    ]) {
      const events = await inspectAll(pcap(kept.map((index) => packets[index]!)));
      expect(ofType(events, 'note').map(({ message }) => message)).toEqual([
        expect.stringMatching(/^8 bytes of the client are missing/),
      ]);
    }
  });

  it('an upgrade on a connection that had other requests is found', async () => {
    const get = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n');
    const ok = new TextEncoder().encode('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const tcp = new FakeTcp()
      .open()
      .client(get)
      .server(ok)
      .client(REQUEST)
      .server(response())
      .server(fromServer('hi'));
    expect(messagesOf(await inspectAll(pcap(tcp.packets)))).toEqual(['server: hi']);
  });

  it.each([
    ['PROXY protocol 1', 'PROXY TCP4 127.0.0.1 127.0.0.2 1 2\r\n'],
    ['PROXY protocol 2', '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x02\0\x01\0\x02'],
  ])('%s before the request, in one segment', async (_, header) => {
    const tcp = new FakeTcp()
      .open()
      .client(join(bytesOf(header), REQUEST))
      .server(response());
    const events = await inspectAll(pcap(tcp.server(fromServer('hi')).packets));
    expect(messagesOf(events)).toEqual(['server: hi']);
    expect([...notesOf(events), ...faultsOf(events)]).toEqual([]);
  });

  it('another protocol before the handshake: offsets count its bytes', async () => {
    const socks = Uint8Array.of(5, 1, 0, 1, 1, 2, 3, 4, 0, 80);
    const tcp = new FakeTcp().open().client(socks).server(socks).client(REQUEST).server(response());
    const events = await inspectAll(pcap(tcp.client(fromClient('hi')).packets));
    expect(ofType(events, 'frame').map(({ offset }) => offset)).toEqual([socks.length + REQUEST.length]);
  });

  it.each(['GET / ', 'GET /a HTTP/1.0 GET /b ', 'the words GET /c HTTP/1.1 '])(
    'an upgrade behind a body of %j',
    async (words) => {
      const post = bytesOf(`POST / HTTP/1.1\r\nHost: a\r\n\r\n${words.repeat(20)}`);
      const ok = bytesOf('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      const tcp = new FakeTcp().open().client(post).server(ok).client(REQUEST).server(response());
      const events = await inspectAll(pcap(tcp.client(fromClient('hi')).server(fromServer('ho')).packets));
      expect(messagesOf(events)).toEqual(['client: hi', 'server: ho']);
      expect([...notesOf(events), ...faultsOf(events)]).toEqual([]);
    },
  );

  it.each([
    [
      'a request with lines that end in LF',
      'client',
      text(REQUEST).replaceAll('\r\n', '\n'),
      text(response()),
    ],
    [
      'a request with a space in its target',
      'client',
      text(REQUEST).replace('/chat', '/a b'),
      text(response()),
    ],
    [
      'a response with a space in a name',
      'server',
      text(REQUEST),
      text(response()).replace('grade:', 'grade :'),
    ],
  ])('%s: its fault is shown, and the frames behind it', async (_, from, request, answer) => {
    const tcp = new FakeTcp().open().client(bytesOf(request)).server(bytesOf(answer));
    const events = await inspectAll(pcap(tcp.client(fromClient('hi')).server(fromServer('ho')).packets));
    expect(ofType(events, 'fault').map((event) => event.from)).toEqual([from]);
    expect(messagesOf(events)).toEqual(['client: hi', 'server: ho']);
    expect(ofType(events, 'frame').map(({ offset }) => offset)).toEqual([request.length, answer.length]);
  });

  it('an answer that breaks a rule of HTTP, and is no 101, is a rejection', async () => {
    const no = bytesOf('HTTP/1.1 403 Forbidden\r\nUpgrade : websocket\r\nUpgrade: websocket\r\n\r\n');
    const events = await inspectAll(pcap(new FakeTcp().open().client(REQUEST).server(no).close().packets));
    expect(ofType(events, 'fault')).toHaveLength(1);
    expect(notesOf(events)).toEqual(['rejected']);
  });

  it('sides that the handshake names the other way round than the mask bits: it is said, once', async () => {
    const tcp = new FakeTcp().open().client(REQUEST).server(response());
    tcp.client(fromServer('a'), fromServer('b')).server(fromClient('c'), fromClient('d'));
    const events = await inspectAll(pcap(tcp.close().packets));
    expect(notesOf(events)).toEqual(['sides-swapped']);
    expect(faultsOf(events)).toContain(`client: MASK_REQUIRED at ${REQUEST.length + 1}`);
  });

  it('a rejected upgrade is shown with its status', async () => {
    const no = new TextEncoder().encode('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    const events = await inspectAll(pcap(new FakeTcp().open().client(REQUEST).server(no).close().packets));
    expect(ofType(events, 'handshake').map(({ startLine }) => startLine)).toEqual([
      'GET /chat HTTP/1.1',
      'HTTP/1.1 403 Forbidden',
    ]);
    expect(notesOf(events)).toEqual(['rejected']);
  });
});
