/**
 * The frames of a connection for a watcher at any process: a balancer gives the page's second
 * connection to whichever it likes. The key of a tap begins with its process, which is asked.
 */
import { randomUUID } from 'node:crypto';
import type { Report } from './frame-report.js';
import type { FrameTap, Watcher } from './frame-tap.js';
import type { Relayed } from './log/chat-log.js';

/** For how long another process may consider a key. */
const ANSWER_MS = 2_000;
/**
 * A watcher elsewhere says so often that it is still there, and is forgotten after three silences.
 */
const RENEWAL_MS = 5_000;
const FORGOTTEN_MS = 3 * RENEWAL_MS;

/** The log, as this file sees it. */
export interface Relay {
  readonly process: string;
  relay(to: string, message: Relayed): void;
}

/** A watch over a tap, here or elsewhere. */
export interface Watch {
  end(): void;
}

/** The messages between two processes. */
type FramesMessage =
  | { readonly kind: 'ask'; readonly key: string; readonly id: string }
  | { readonly kind: 'answer'; readonly id: string; readonly known: boolean }
  | { readonly kind: 'watch'; readonly key: string; readonly id: string }
  | { readonly kind: 'unwatch'; readonly id: string }
  | { readonly kind: 'report'; readonly id: string; readonly report: Report }
  | { readonly kind: 'end'; readonly id: string };

/** A watcher at another process, as the process with the tap sees it. */
interface Remote {
  readonly tap: FrameTap;
  readonly watcher: Watcher;
  timer: NodeJS.Timeout;
}

/** The taps of this process, and those that its clients watch. */
export class FramesRelay {
  readonly #relay: Relay;
  readonly #taps = new Map<string, FrameTap>();
  readonly #asked = new Map<string, (known: boolean) => void>();
  /**
   * By the ids of watches: watchers elsewhere of taps here, and watchers here of taps elsewhere.
   */
  readonly #remotes = new Map<string, Remote>();
  readonly #watchers = new Map<string, Watcher>();

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  /** The process whose taps these are. */
  get process(): string {
    return this.#relay.process;
  }

  add(tap: FrameTap): void {
    this.#taps.set(tap.key, tap);
  }

  remove(tap: FrameTap): void {
    this.#taps.delete(tap.key);
    tap.end();
  }

  /** Whether there is a tap of this key, at any process. */
  async knows(key: string): Promise<boolean> {
    const place = placeOf(key);
    if (place === undefined || place === this.#relay.process) return this.#taps.has(key);
    const id = randomUUID();
    return new Promise((resolve) => {
      const answered = (known: boolean): void => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve(known);
      };
      const timer = setTimeout(answered, ANSWER_MS, false);
      this.#asked.set(id, answered);
      this.#send(place, { kind: 'ask', key, id });
    });
  }

  /** Watches a tap, at any process, until the watcher or the tap ends it. */
  watch(key: string, watcher: Watcher): Watch {
    const place = placeOf(key);
    return place === undefined || place === this.#relay.process
      ? this.#watchHere(key, watcher)
      : this.#watchElsewhere(key, place, watcher);
  }

  /** A message from another process. */
  receive(from: string, message: Relayed): void {
    const heard = message as unknown as FramesMessage;
    if (heard.kind === 'ask') {
      this.#send(from, { kind: 'answer', id: heard.id, known: this.#taps.has(heard.key) });
    } else if (heard.kind === 'answer') this.#asked.get(heard.id)?.(heard.known);
    else if (heard.kind === 'watch') this.#watchFrom(from, heard.key, heard.id);
    else if (heard.kind === 'unwatch') this.#forget(heard.id);
    else this.#pass(heard);
  }

  #watchHere(key: string, watcher: Watcher): Watch {
    const tap = this.#taps.get(key);
    if (tap?.watch(watcher) !== true) watcher.end();
    return { end: () => tap?.unwatch(watcher) };
  }

  #watchElsewhere(key: string, place: string, watcher: Watcher): Watch {
    const id = randomUUID();
    this.#watchers.set(id, watcher);
    this.#send(place, { kind: 'watch', key, id });
    const timer = setInterval(() => this.#send(place, { kind: 'watch', key, id }), RENEWAL_MS);
    timer.unref();
    return {
      end: () => {
        clearInterval(timer);
        this.#watchers.delete(id);
        this.#send(place, { kind: 'unwatch', id });
      },
    };
  }

  /** Begins a watch, or renews it. */
  #watchFrom(from: string, key: string, id: string): void {
    const known = this.#remotes.get(id);
    if (known !== undefined) {
      known.timer.refresh();
      return;
    }
    const watcher: Watcher = {
      report: (report) => this.#send(from, { kind: 'report', id, report }),
      end: () => {
        this.#forget(id);
        this.#send(from, { kind: 'end', id });
      },
    };
    const tap = this.#taps.get(key);
    if (tap?.watch(watcher) !== true) {
      this.#send(from, { kind: 'end', id });
      return;
    }
    const timer = setTimeout(() => this.#forget(id), FORGOTTEN_MS);
    timer.unref();
    this.#remotes.set(id, { tap, watcher, timer });
  }

  #forget(id: string): void {
    const remote = this.#remotes.get(id);
    if (remote === undefined) return;
    clearTimeout(remote.timer);
    remote.tap.unwatch(remote.watcher);
    this.#remotes.delete(id);
  }

  #pass(heard: Extract<FramesMessage, { kind: 'report' | 'end' }>): void {
    const watcher = this.#watchers.get(heard.id);
    if (heard.kind === 'report') watcher?.report(heard.report);
    else watcher?.end();
  }

  #send(to: string, message: FramesMessage): void {
    this.#relay.relay(to, message);
  }
}

/** The process of a key's tap; undefined for a key of nobody's. */
function placeOf(key: string): string | undefined {
  return /^([\w-]{1,40})\.[\da-f-]{36}$/.exec(key)?.[1];
}
