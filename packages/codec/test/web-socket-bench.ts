import { vi } from 'vitest';
import {
  type TransportCloseEvent,
  TransportWebSocket,
  type TransportWebSocketOptions,
} from '../src/websocket/websocket.js';

/** Until all that can happen without further input has. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** From here on time is the test's, until `vi.useRealTimers`. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
}

/** Lets time go by, for sockets made when it had been stopped. */
export async function elapse(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

/** A socket whose peer is the test: bytes in, bytes out. */
export class Bench {
  readonly socket: TransportWebSocket;
  readonly events: string[] = [];
  readonly output: number[] = [];
  /** How the socket treated the transport. */
  readonly transport: string[] = [];
  close: TransportCloseEvent | undefined;
  #input: ReadableStreamDefaultController<Uint8Array> | undefined;
  #outputController: WritableStreamDefaultController | undefined;
  /** Set to let writes hang. */
  hang: Promise<void> | undefined;
  /** How many bytes of the output are of a write that hangs. */
  underWay = 0;
  /** Writes that hang until they are released one by one; null while none is to. */
  #held: (() => void)[] | null = null;

  constructor(options: TransportWebSocketOptions = {}) {
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#input = controller;
      },
      cancel: () => {
        this.transport.push('cancelled');
      },
    });
    const writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#outputController = controller;
      },
      write: (chunk) => {
        for (const byte of chunk) this.output.push(byte);
        if (this.#held === null) return this.hang;
        this.underWay = chunk.length;
        return new Promise<void>((resolve) =>
          this.#held!.push(() => {
            this.underWay = 0;
            resolve();
          }),
        );
      },
      close: () => {
        this.transport.push('closed');
      },
      abort: () => {
        this.transport.push('aborted');
      },
    });
    this.socket = new TransportWebSocket({ readable, writable }, { generateMaskingKey: () => 0, ...options });
    const { socket, events } = this;
    socket.onopen = () => events.push('open');
    socket.onmessage = ({ data }) => events.push(`message ${data}`);
    socket.onerror = () => events.push(`error ${socket.readyState}`);
    socket.onclose = (event) => {
      this.close = event;
      events.push(`close ${event.code} ${event.reason}`.trim());
    };
  }

  /** From now on each write hangs; returns what ends the next ones. */
  hold(): (writes: number) => Promise<void> {
    const held: (() => void)[] = [];
    this.#held = held;
    return async (writes) => {
      for (let i = 0; i < writes; i++) {
        await settle();
        held.shift()?.();
      }
      await settle();
    };
  }

  async receive(...bytes: number[]): Promise<void> {
    this.#input!.enqueue(Uint8Array.from(bytes));
    await settle();
  }

  async end(): Promise<void> {
    this.#input!.close();
    await settle();
  }

  async breakInput(): Promise<void> {
    this.#input!.error(new Error('reset'));
    await settle();
  }

  async breakOutput(): Promise<void> {
    this.#outputController!.error(new Error('broken pipe'));
    await settle();
  }
}

/** Two sockets on one transport. */
export function pair(
  clientOptions: TransportWebSocketOptions = {},
  serverOptions: TransportWebSocketOptions = {},
): { client: TransportWebSocket; server: TransportWebSocket } {
  const up = new TransformStream<Uint8Array, Uint8Array>();
  const down = new TransformStream<Uint8Array, Uint8Array>();
  const client = new TransportWebSocket({ readable: down.readable, writable: up.writable }, clientOptions);
  const server = new TransportWebSocket(
    { readable: up.readable, writable: down.writable },
    { ...serverOptions, role: 'server' },
  );
  return { client, server };
}

export function closing(socket: TransportWebSocket): Promise<TransportCloseEvent> {
  return new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
}

export const text = (character: string): number[] => [0x81, 1, character.charCodeAt(0)];
export const masked = (first: number, ...payload: number[]): number[] => [
  first,
  0x80 | payload.length,
  0,
  0,
  0,
  0,
  ...payload,
];
export const close1000 = [0x88, 2, 0x03, 0xe8];
