/**
 * The messages between the primary process and its workers, over Node's channel between them. Those
 * of one turn of the event loop go in one message: a channel has a system call for each.
 */
import type { Said } from '../protocol.js';
import type { Entry, Relayed, Saying } from './chat-log.js';

/** From a worker. Numbers name requests, for their answers. */
export type ToPrimary =
  | { readonly type: 'open' }
  | { readonly type: 'alive' }
  | { readonly type: 'claim'; readonly id: number; readonly entry: Entry }
  | { readonly type: 'leave'; readonly id: number; readonly entry: Entry; readonly reason: string }
  | { readonly type: 'say'; readonly id: number; readonly saying: Saying }
  | { readonly type: 'relay'; readonly to: string; readonly message: Relayed };

/** To a worker. */
export type ToWorker =
  | { readonly type: 'came'; readonly entry: Entry }
  | { readonly type: 'went'; readonly entry: Entry; readonly reason: string }
  | { readonly type: 'said'; readonly said: Said }
  | { readonly type: 'current'; readonly epoch: string; readonly process: string }
  | { readonly type: 'done'; readonly id: number; readonly result: boolean }
  | { readonly type: 'relayed'; readonly from: string; readonly message: Relayed };

/** A message of the channel: other programs' messages on it have no such part. */
export interface Batch<T> {
  readonly chat: readonly T[];
}

/** Gathers messages of one turn of the event loop. */
export class Batches<T> {
  readonly #send: (batch: Batch<T>) => void;
  #waiting: T[] = [];

  constructor(send: (batch: Batch<T>) => void) {
    this.#send = send;
  }

  add(message: T): void {
    if (this.#waiting.push(message) > 1) return;
    setImmediate(() => {
      const chat = this.#waiting;
      this.#waiting = [];
      this.#send({ chat });
    });
  }
}

/** The messages of a batch; none of another program's message. */
export function messagesOf<T>(batch: unknown): readonly T[] {
  return (batch as Partial<Batch<T>> | null)?.chat ?? [];
}
