/** The log as a worker sees it: the {@link Ledger} is the primary's, which is asked over IPC. */
import type { ChatLog, Entry, LogListener, Relayed, Saying } from './chat-log.js';
import { Batches, messagesOf, type ToPrimary, type ToWorker } from './ipc-messages.js';

/** A worker says so often that it lives. */
const ALIVE_MS = 1_000;

/** A channel to the primary: `process` of a worker is one. */
export interface Channel {
  readonly connected: boolean;
  send?(message: object, callback: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** The log of a worker. */
export class IpcLog implements ChatLog {
  process = '';
  epoch = '';
  readonly #channel: Channel;
  readonly #out: Batches<ToPrimary>;
  readonly #asked = new Map<number, (result: boolean) => void>();
  readonly #onMessage = (batch: unknown): void => {
    for (const message of messagesOf<ToWorker>(batch)) this.#receive(message);
  };
  #listener: LogListener | undefined;
  #whenCurrent = (): void => {};
  #lastId = 0;
  #alive: NodeJS.Timeout | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
    // A primary that is gone takes its workers with it: of the channel nothing is wanted any more.
    this.#out = new Batches((batch) => {
      if (channel.connected) channel.send?.(batch, () => {});
    });
  }

  open(listener: LogListener): Promise<void> {
    this.#listener = listener;
    this.#channel.on('message', this.#onMessage);
    this.#out.add({ type: 'open' });
    this.#alive = setInterval(() => this.#out.add({ type: 'alive' }), ALIVE_MS);
    this.#alive.unref();
    return new Promise((resolve) => {
      this.#whenCurrent = resolve;
    });
  }

  claim(entry: Entry): Promise<boolean> {
    return this.#ask((id) => ({ type: 'claim', id, entry }));
  }

  async leave(entry: Entry, reason: string): Promise<void> {
    await this.#ask((id) => ({ type: 'leave', id, entry, reason }));
  }

  async say(saying: Saying): Promise<void> {
    await this.#ask((id) => ({ type: 'say', id, saying }));
  }

  relay(to: string, message: Relayed): void {
    this.#out.add({ type: 'relay', to, message });
  }

  async close(): Promise<void> {
    clearInterval(this.#alive);
    this.#channel.off('message', this.#onMessage);
  }

  #ask(message: (id: number) => ToPrimary): Promise<boolean> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#out.add(message(id));
    });
  }

  #receive(message: ToWorker): void {
    const listener = this.#listener;
    if (message.type === 'came') listener?.came(message.entry);
    else if (message.type === 'went') listener?.went(message.entry, message.reason);
    else if (message.type === 'said') listener?.said(message.said);
    else if (message.type === 'relayed') listener?.relayed(message.from, message.message);
    else if (message.type === 'done') {
      this.#asked.get(message.id)?.(message.result);
      this.#asked.delete(message.id);
    } else {
      this.epoch = message.epoch;
      this.process = message.process;
      this.#whenCurrent();
    }
  }
}
