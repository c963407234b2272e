// HAR files as browsers write them, recordings, JSON with names that come twice.
import { describe, expect, it } from 'vitest';
import {
  fromClient,
  fromServer,
  inspectAll,
  messagesOf,
  notesOf,
  ofType,
  REQUEST,
  response,
} from './support/events.js';

const request = {
  method: 'GET',
  url: 'ws://127.0.0.1:8080/',
  httpVersion: 'HTTP/1.1',
  headers: [{ name: 'Upgrade', value: 'websocket' }],
};
const switching = { status: 101, statusText: 'Switching Protocols', headers: [] };

function har(...entries: readonly object[]): string {
  return JSON.stringify({
    log: { version: '1.2', creator: { name: 'x' }, pages: [{ entries: [] }], entries },
  });
}

describe('HAR', () => {
  const messages = [
    { type: 'send', time: 1796046251.25, opcode: 1, data: 'hello\u202e' },
    { type: 'receive', time: 1796046251.5, opcode: 2, data: 'AAH/' },
  ];

  it('of Chromium: seconds, and no made-up frames', async () => {
    const events = await inspectAll(
      har({
        startedDateTime: '2026-11-30T13:00:00Z',
        request,
        response: switching,
        _webSocketMessages: messages,
      }),
    );
    expect(messagesOf(events)).toEqual(['client: hello\u202e', 'server: 0001ff']);
    expect(ofType(events, 'message').map(({ timeMs }) => timeMs)).toEqual([1796046251250, 1796046251500]);
    expect(ofType(events, 'frame')).toEqual([]);
    expect(notesOf(events)).toEqual(['messages-only']);
  });

  it('of Playwright: milliseconds', async () => {
    const inMs = messages.map((message) => ({ ...message, time: message.time * 1000 }));
    const events = await inspectAll(har({ request, response: switching, _webSocketMessages: inMs }));
    expect(ofType(events, 'message').map(({ timeMs }) => timeMs)).toEqual([1796046251250, 1796046251500]);
  });

  it('of Firefox: says that it has no messages, and another way', async () => {
    const events = await inspectAll(har({ request, response: switching }));
    expect(notesOf(events)).toEqual(['no-messages']);
    expect(ofType(events, 'note')[0]!.message).toMatch(/Firefox does not export messages/);
    expect(ofType(events, 'handshake').map(({ startLine }) => startLine)).toEqual([
      'GET ws://127.0.0.1:8080/ HTTP/1.1',
      'HTTP/1.1 101 Switching Protocols',
    ]);
  });

  it('without a WebSocket, and cut', async () => {
    const other = { request: { ...request, url: 'http://a/' }, response: { status: 200 } };
    expect(notesOf(await inspectAll(har(other)))).toEqual(['no-websocket']);
    const cut = har({ request, response: switching, _webSocketMessages: messages }, other).slice(0, -20);
    const events = await inspectAll(cut);
    expect(messagesOf(events)).toHaveLength(2);
    expect(notesOf(events)).toEqual(['damaged', 'messages-only']);
  });
});

describe('recordings', () => {
  const line = (from: string, bytes: Uint8Array, at: number): string =>
    JSON.stringify({ connection: 7, from, at, bytes: Buffer.from(bytes).toString('base64') });
  const lines = [
    '{"recording":"sanssocket","version":1}',
    line('client', REQUEST, 1),
    line('server', response(), 2),
    line('client', fromClient('hello'), 3.5),
    line('server', fromServer('you'), 4),
    '{"connection":7,"from":"client","at":5,"end":true}',
  ];

  it('are read, with and without the first line', async () => {
    for (const text of [lines, lines.slice(1)]) {
      const events = await inspectAll(`${text.join('\n')}\n`);
      expect(messagesOf(events)).toEqual(['client: hello', 'server: you']);
      expect(ofType(events, 'message')[0]!.timeMs).toBe(3.5);
    }
  });

  it('with a line that is none say which', async () => {
    await expect(inspectAll(`${lines[0]}\n{"connection":1}\n`)).rejects.toThrow(/line 2 is no chunk/);
    await expect(inspectAll(`${lines[0]}\n{"connection"\n`)).rejects.toThrow(/line 2 is no JSON/);
  });
});

describe('netlogs of Chromium', () => {
  const types = {
    SOCKET_BYTES_SENT: 1,
    SOCKET_BYTES_RECEIVED: 2,
    SSL_SOCKET_BYTES_SENT: 3,
    SSL_SOCKET_BYTES_RECEIVED: 4,
    WEBSOCKET_SENT_FRAME_HEADER: 5,
  };
  const netlog = (events: readonly object[]): string =>
    `{"constants":${JSON.stringify({ logEventTypes: types, timeTickOffset: 1796000000000 })},\n"events": [\n${events.map((event) => JSON.stringify(event)).join(',\n')}]}\n`;
  const event = (type: number, bytes: Uint8Array | undefined, time: string, id = 7): object => ({
    type,
    time,
    source: { id, type: 1 },
    phase: 0,
    params:
      bytes === undefined
        ? { byte_count: 9 }
        : { byte_count: bytes.length, bytes: Buffer.from(bytes).toString('base64') },
  });
  const talk = (sent: number, received: number): object[] => [
    event(sent, REQUEST, '100'),
    event(received, response(), '101'),
    event(sent, fromClient('hello'), '102'),
    event(received, fromServer('you'), '103'),
  ];

  it.each([
    ['ws', talk(1, 2)],
    ['wss, above the bytes of TLS', [event(1, Uint8Array.of(0x16, 3, 1, 0, 1, 0), '99'), ...talk(3, 4)]],
  ])('%s', async (_, events) => {
    const found = await inspectAll(netlog(events));
    expect(messagesOf(found)).toEqual(['client: hello', 'server: you']);
    expect(ofType(found, 'message').map(({ timeMs }) => timeMs)).toEqual([1796000000102, 1796000000103]);
    expect(notesOf(found)).toEqual([]);
  });

  it('of a browser that was killed end with a comma, and are read', async () => {
    const cut = netlog(talk(1, 2)).replace(']}\n', ',\n');
    const found = await inspectAll(cut);
    expect(messagesOf(found)).toEqual(['client: hello', 'server: you']);
    expect(notesOf(found)).toEqual(['damaged']);
  });

  it('of the default mode have no bytes, which is said', async () => {
    const found = await inspectAll(netlog([event(1, undefined, '1'), event(5, undefined, '2')]));
    expect(ofType(found, 'note')).toMatchObject([
      { code: 'partly-read', message: expect.stringMatching(/heads of 1 frames.*Everything/) },
    ]);
    expect(notesOf(await inspectAll(netlog([])))).toEqual(['no-websocket']);
  });
});

it('JSON that is broken is told as such', async () => {
  await expect(inspectAll('[ { "_index": x } ]')).rejects.toThrow(/this is no JSON/);
});
