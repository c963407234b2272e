/** The primary's side of {@link IpcLog}: it has the {@link Ledger}, and looks after its workers. */
import type { HistoryLimits } from '../history.js';
import { Batches, messagesOf, type ToPrimary, type ToWorker } from './ipc-messages.js';
import { Ledger, type LedgerListener } from './ledger.js';

/** A worker that has said nothing for so long stands still, and is ended. */
const SILENCE_MS = 5_000;

/** A worker, as `node:cluster` gives it. */
export interface WorkerProcess {
  readonly process: { kill(signal: 'SIGKILL'): boolean };
  send(message: object, callback: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'exit', listener: () => void): unknown;
}

/** The log of all workers. */
export class IpcPrimary {
  readonly #ledger: Ledger;
  readonly #graceMs: number;
  readonly #workers = new Map<string, Batches<ToWorker>>();
  #lastId = 0;

  /** @param settings - with the time that people of a worker that is gone have to come back */
  constructor(settings: HistoryLimits & { readonly graceMs: number }) {
    this.#ledger = new Ledger(settings);
    this.#graceMs = settings.graceMs;
  }

  /** Takes a worker in that was just forked. */
  add(worker: WorkerProcess): void {
    const id = `worker-${++this.#lastId}`;
    // Of a channel that is just being closed nothing is wanted any more.
    const out = new Batches<ToWorker>((batch) => void worker.send(batch, () => {}));
    this.#workers.set(id, out);
    const listener: LedgerListener = {
      came: (entry) => out.add({ type: 'came', entry }),
      went: (entry, reason) => out.add({ type: 'went', entry, reason }),
      said: (said) => out.add({ type: 'said', said }),
    };
    // It runs from the first message on: a start may take its time.
    let silence: NodeJS.Timeout | undefined;
    worker.on('message', (batch) => {
      silence ??= setTimeout(() => worker.process.kill('SIGKILL'), SILENCE_MS);
      silence.refresh();
      for (const message of messagesOf<ToPrimary>(batch)) this.#receive(id, out, listener, message);
    });
    worker.once('exit', () => {
      clearTimeout(silence);
      this.#workers.delete(id);
      this.#ledger.unlisten(listener);
      setTimeout(() => this.#ledger.leaveAll(id, 'connection lost'), this.#graceMs).unref();
    });
  }

  #receive(id: string, out: Batches<ToWorker>, listener: LedgerListener, message: ToPrimary): void {
    const ledger = this.#ledger;
    if (message.type === 'open') {
      ledger.listen(listener);
      out.add({ type: 'current', epoch: ledger.epoch, process: id });
    } else if (message.type === 'claim') {
      out.add({ type: 'done', id: message.id, result: ledger.claim(message.entry) });
    } else if (message.type === 'leave') {
      ledger.leave(message.entry, message.reason);
      out.add({ type: 'done', id: message.id, result: true });
    } else if (message.type === 'say') {
      ledger.say(message.saying);
      out.add({ type: 'done', id: message.id, result: true });
    } else if (message.type === 'relay') {
      this.#workers.get(message.to)?.add({ type: 'relayed', from: id, message: message.message });
    }
  }
}
