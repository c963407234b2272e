/** The host loop against npm's `ws`, in both roles. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Log, openClient, sendPieces, startEcho } from './support.js';

const SIZES = [0, 1, 125, 126, 65535, 65536, 1024 * 1024];
const CODE = 4321;
const REASON = 'genug für heute';

/** Text of a size whose bytes are all different from their neighbours'. */
function textOf(size: number): string {
  return 'abcdefghijklmnopqrstuvwxyz'.repeat(Math.ceil(size / 26)).slice(0, size);
}

function bytesOf(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31) & 0xff));
}

async function openWs(url: string): Promise<{ ws: WebSocket; messages: Log<Buffer | string> }> {
  const ws = new WebSocket(url, { perMessageDeflate: false });
  onTestFinished(() => ws.terminate());
  const messages = collect(ws);
  await once(ws, 'open');
  return { ws, messages };
}

function collect(ws: WebSocket): Log<Buffer | string> {
  const messages = new Log<Buffer | string>();
  ws.on('message', (data, binary) => messages.add(binary ? (data as Buffer) : String(data)));
  return messages;
}

/** A `ws` server that sends every message back: whole, or in two fragments with a ping between. */
async function startWsEcho(fragmented = false): Promise<{ url: string; peers: Log<WebSocket> }> {
  const server = new WebSocketServer({ port: 0, perMessageDeflate: false });
  onTestFinished(() => void server.close());
  const peers = new Log<WebSocket>();
  server.on('connection', (ws) => {
    peers.add(ws);
    ws.on('message', (data, binary) => {
      const bytes = data as Buffer;
      if (fragmented) {
        ws.send(bytes.subarray(0, bytes.length / 2), { binary, fin: false });
        ws.ping('between');
        ws.send(bytes.subarray(bytes.length / 2), { binary, fin: true });
      } else ws.send(bytes, { binary });
    });
  });
  await once(server, 'listening');
  return { url: `ws://localhost:${(server.address() as AddressInfo).port}/`, peers };
}

describe('ws as client, our server', () => {
  for (const fragmentBytes of [undefined, 1000]) {
    it(`echoes all sizes ${fragmentBytes === undefined ? 'whole' : 'in fragments'}`, async () => {
      const { url } = await startEcho(fragmentBytes);
      const { ws, messages } = await openWs(url);
      for (const size of SIZES) {
        ws.send(textOf(size));
        ws.send(bytesOf(size));
      }
      await messages.until(() => messages.all.length === 2 * SIZES.length);
      for (const [index, size] of SIZES.entries()) {
        expect(messages.all[2 * index] === textOf(size), `text of ${size}`).toBe(true);
        expect(bytesOf(size).equals(messages.all[2 * index + 1] as Buffer), `${size} bytes`).toBe(true);
      }
    });
  }

  it('puts fragments together, with a ping between them', async () => {
    const { url } = await startEcho();
    const { ws, messages } = await openWs(url);
    const pong = once(ws, 'pong');
    const text = 'ein Wörtchen in Stücken';
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at++) {
      if (at === 5) ws.ping('now');
      ws.send(bytes.subarray(at, at + 1), { binary: false, fin: at === bytes.length - 1 });
    }
    expect(await messages.until(() => true)).toBe(text);
    expect(String((await pong)[0])).toBe('now');
  });

  it('pings, and is answered', async () => {
    const { url, endpoints } = await startEcho();
    await openWs(url);
    const server = await endpoints.until(() => true);
    server.connection.ping(new TextEncoder().encode('are you there'));
    server.host.flush();
    expect(new TextDecoder().decode((await server.next('pong')).bytes)).toBe('are you there');
  });

  it('is closed by ws', async () => {
    const { url, endpoints } = await startEcho();
    const { ws } = await openWs(url);
    const closed = once(ws, 'close');
    ws.close(CODE, REASON);
    expect((await closed)[0]).toBe(CODE);
    const server = await endpoints.until(() => true);
    expect(await server.outcome()).toMatchObject({ wasClean: true, code: CODE, reason: REASON });
    await server.socketClosed;
  });

  it('closes', async () => {
    const { url, endpoints } = await startEcho();
    const { ws } = await openWs(url);
    const closed = once(ws, 'close');
    const server = await endpoints.until(() => true);
    server.connection.close(CODE, REASON);
    server.host.flush();
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([CODE, REASON]);
    // The outcome is what the peer's Close said; ws sends back the code alone.
    expect(await server.outcome()).toMatchObject({ wasClean: true, code: CODE });
    await server.socketClosed;
  });
});

describe('ws as server, our client', () => {
  for (const fragmented of [false, true]) {
    it(`gets all sizes back ${fragmented ? 'in fragments' : 'whole'}`, async () => {
      const { url } = await startWsEcho(fragmented);
      const client = await openClient(url);
      for (const size of SIZES) {
        sendPieces(client.connection, textOf(size), fragmented ? 999 : undefined);
        sendPieces(client.connection, bytesOf(size), fragmented ? 999 : undefined);
      }
      client.host.flush();
      const messages = () => client.events.all.filter(({ kind }) => kind === 'text' || kind === 'binary');
      await client.events.until(() => messages().length === 2 * SIZES.length);
      for (const [index, size] of SIZES.entries()) {
        const [text, binary] = messages().slice(2 * index);
        expect(text?.kind === 'text' && text.text === textOf(size), `text of ${size}`).toBe(true);
        expect(binary?.kind === 'binary' && bytesOf(size).equals(binary.bytes), `${size} bytes`).toBe(true);
      }
    });
  }

  it('pings and is pinged', async () => {
    const { url, peers } = await startWsEcho();
    const client = await openClient(url);
    client.connection.ping(Uint8Array.of(1, 2, 3));
    client.host.flush();
    expect([...(await client.next('pong')).bytes]).toEqual([1, 2, 3]);
    const ws = await peers.until(() => true);
    const pong = once(ws, 'pong');
    ws.ping('and you?');
    expect(String((await pong)[0])).toBe('and you?');
  });

  it('is closed by ws', async () => {
    const { url, peers } = await startWsEcho();
    const client = await openClient(url);
    const ws = await peers.until(() => true);
    const closed = once(ws, 'close');
    ws.close(CODE, REASON);
    expect(await client.outcome()).toMatchObject({ wasClean: true, code: CODE, reason: REASON });
    expect((await closed)[0]).toBe(CODE);
    await client.socketClosed;
  });

  it('closes', async () => {
    const { url, peers } = await startWsEcho();
    const client = await openClient(url);
    const closed = once(await peers.until(() => true), 'close');
    client.connection.close(CODE, REASON);
    client.host.flush();
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([CODE, REASON]);
    expect(await client.outcome()).toMatchObject({ wasClean: true, code: CODE });
    await client.socketClosed;
  });
});
