/** Real peers for the tests: everything runs over TCP on ephemeral ports, and waits are for events, not for time. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { type CloseInfo, Connection, ConnectionConfig, type ConnectionOptions } from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';
import { acceptRequest, checkRequest, createRequest } from '@sanssocket/handshake';
import { onTestFinished } from 'vitest';
import { connect } from '../src/connect.js';
import type { ChatLog } from '../src/log/chat-log.js';
import type { ClientMessage, ServerMessage, Welcome } from '../src/protocol.js';
import { ChatServer } from '../src/server.js';
import type { Settings } from '../src/settings.js';

/** Things that happened, and that a test waits for. */
export class Log<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  add(item: T): void {
    this.all.push(item);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The first item, gone by or to come, that is `right`. */
  async until<U extends T>(right: (item: T) => item is U): Promise<U>;
  async until(right: (item: T) => boolean): Promise<T>;
  async until(right: (item: T) => boolean): Promise<T> {
    for (let index = 0; ; index++) {
      while (index === this.all.length) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (right(this.all[index]!)) return this.all[index]!;
    }
  }
}

/** What a connection told. */
export type Event =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'ping'; readonly bytes: Uint8Array }
  | { readonly kind: 'pong'; readonly bytes: Uint8Array }
  | { readonly kind: 'closed'; readonly outcome: CloseInfo };

const TIMES = { closeTimeoutMs: 10_000 };

/** One end of a connection, and its host. */
export class Endpoint {
  readonly events: Log<Event> = new Log<Event>();
  readonly connection: Connection;
  readonly host: ConnectionDriver;
  readonly socketClosed: Promise<void>;

  constructor(
    options: ConnectionOptions,
    socket: Socket,
    head: Uint8Array,
    onEvent?: (event: Event, endpoint: Endpoint) => void,
  ) {
    const tell = (event: Event): void => {
      this.events.add(event);
      onEvent?.(event, this);
    };
    this.connection = new Connection(new ConnectionConfig(options), {
      text: (text) => tell({ kind: 'text', text }),
      binary: (bytes) => tell({ kind: 'binary', bytes }),
      ping: (bytes) => tell({ kind: 'ping', bytes }),
      pong: (bytes) => tell({ kind: 'pong', bytes }),
      close: (outcome) => tell({ kind: 'closed', outcome }),
    });
    this.host = attachSocket(socket, this.connection, TIMES, head);
    this.socketClosed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** Waits for an event of a kind. */
  async next<K extends Event['kind']>(kind: K): Promise<Extract<Event, { kind: K }>> {
    return (await this.events.until((event) => event.kind === kind)) as Extract<Event, { kind: K }>;
  }

  async outcome(): Promise<CloseInfo> {
    return (await this.next('closed')).outcome;
  }
}

/** Our client side, connected. */
export async function openClient(
  url: string,
  onEvent?: (event: Event, endpoint: Endpoint) => void,
): Promise<Endpoint> {
  const { socket, head } = await connect(url);
  onTestFinished(() => void socket.destroy());
  return new Endpoint({ role: 'client' }, socket, head, onEvent);
}

/** A server built on the host loop that sends every message back: whole, or in fragments of some bytes. */
export async function startEcho(fragmentBytes?: number): Promise<{ url: string; endpoints: Log<Endpoint> }> {
  const endpoints = new Log<Endpoint>();
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const checked = checkRequest(request);
    if (checked.kind === 'fault') throw new Error(checked.message);
    socket.write(acceptRequest(checked).bytes);
    endpoints.add(
      new Endpoint({ role: 'server' }, socket as Socket, head, (event, { connection }) => {
        if (event.kind === 'text') sendPieces(connection, event.text, fragmentBytes);
        if (event.kind === 'binary') sendPieces(connection, event.bytes, fragmentBytes);
      }),
    );
  });
  return { url: `ws://localhost:${await listen(server)}/`, endpoints };
}

/** Sends a message whole or in fragments. */
export function sendPieces(connection: Connection, message: string | Uint8Array, size?: number): void {
  const text = typeof message === 'string';
  if (size === undefined) {
    if (text) connection.sendText(message);
    else connection.sendBinary(message);
    return;
  }
  const outgoing = text ? connection.textWriter() : connection.binaryWriter();
  for (let at = 0; at < message.length; at += size) outgoing.write(message.slice(at, at + size));
  outgoing.end();
}

/** Listens on a free port until the test is over. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The chat server on a free port until the test is over. */
export async function startChat(
  settings: Partial<Settings> = {},
  log?: ChatLog,
): Promise<{ chat: ChatServer; port: number; url: string }> {
  // A lost connection is told of at once.
  const chat = new ChatServer({ graceMs: 1, ...settings }, log);
  const port = await chat.listen(0);
  onTestFinished(() => void chat.close());
  return { chat, port, url: `ws://localhost:${port}/ws` };
}

/** Somebody in the chat. */
export class Chatter {
  readonly heard: Log<ServerMessage> = new Log<ServerMessage>();
  endpoint!: Endpoint;
  welcome!: Welcome;
  #n = 0;

  /** Connects and joins. */
  static async join(
    url: string,
    name: string,
    back: { session?: string; since?: number } = {},
  ): Promise<Chatter> {
    const chatter = new Chatter();
    chatter.endpoint = await openClient(url, (event) => {
      if (event.kind === 'text') chatter.heard.add(JSON.parse(event.text) as ServerMessage);
    });
    chatter.send({ type: 'join', name, ...back });
    chatter.welcome = await chatter.next('welcome');
    return chatter;
  }

  send(message: ClientMessage): void {
    this.endpoint.connection.sendText(JSON.stringify(message));
    this.endpoint.host.flush();
  }

  say(text: string): void {
    this.send({ type: 'say', text, n: ++this.#n });
  }

  /** Waits until somebody is told to have come. */
  async joined(name: string): Promise<void> {
    await this.heard.until((message) => message.type === 'presence' && message.joined.includes(name));
  }

  /** Waits until somebody is told to have left, and gives the reason. */
  async left(name: string): Promise<string> {
    const about = (message: ServerMessage) =>
      message.type === 'presence' ? message.left.find((person) => person.name === name) : undefined;
    return about(await this.heard.until((message) => about(message) !== undefined))!.reason;
  }

  /** Waits for a message of a type, about a person or a text if one is given. */
  async next<T extends ServerMessage['type']>(
    type: T,
    about?: string,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    const right = (message: ServerMessage): boolean =>
      message.type === type &&
      (about === undefined ||
        ('text' in message ? message.text === about : 'name' in message && message.name === about));
    return (await this.heard.until(right)) as Extract<ServerMessage, { type: T }>;
  }
}

/** A client that does what it wants: a socket, and no more. */
export class RawClient {
  readonly received: Uint8Array[] = [];
  readonly ended: Promise<void>;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connectTcp({ port, host: 'localhost', allowHalfOpen: true });
    this.socket.on('data', (chunk: Uint8Array) => this.received.push(chunk));
    this.socket.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.socket.once('end', resolve).once('close', () => resolve());
    });
    onTestFinished(() => void this.socket.destroy());
  }

  /** With a right opening handshake, and what follows it at once. */
  static open(port: number, path: string, ...frames: Uint8Array[]): RawClient {
    const client = new RawClient(port);
    client.socket.write(Buffer.concat([createRequest(`ws://localhost:${port}${path}`).bytes, ...frames]));
    return client;
  }

  get text(): string {
    return Buffer.concat(this.received).toString('latin1');
  }

  /** What came behind the response's head, read as frames. */
  frames(): { texts: string[]; pings: number; close: { code: number; reason: string } | undefined } {
    const all = Buffer.concat(this.received);
    const texts: string[] = [];
    let pings = 0;
    let close: { code: number; reason: string } | undefined;
    const connection = new Connection(
      { role: 'client' },
      {
        text: (text) => texts.push(text),
        ping: () => pings++,
        closeReceived: (code, reason) => {
          close = { code, reason };
        },
      },
    );
    connection.receive(all.subarray(all.indexOf('\r\n\r\n') + 4));
    return { texts, pings, close };
  }
}

/** A masked frame of at most 125 bytes, as a client sends it. */
export function maskedFrame(first: number, payload: Uint8Array): Uint8Array {
  const key = [0x37, 0xfa, 0x21, 0x3d];
  return Uint8Array.from([
    first,
    0x80 | payload.length,
    ...key,
    ...payload.map((byte, index) => byte ^ key[index % 4]!),
  ]);
}

/** A chat message as the frame of a client. */
export function messageFrame(message: ClientMessage): Uint8Array {
  return maskedFrame(0x81, new TextEncoder().encode(JSON.stringify(message)));
}
