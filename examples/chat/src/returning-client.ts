/**
 * A client that stays the same person: it comes back when its connection was lost, hears what was
 * said meanwhile, and says again what the server has not said.
 */
import { Connection } from '@sanssocket/codec';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';
import { connect } from './connect.js';
import {
  type ClientMessage,
  GOES_ON_ELSEWHERE,
  MAX_TEXT_LENGTH,
  type Presence,
  parseServerMessage,
  type Refused,
  type Said,
  type ServerMessage,
  type Welcome,
} from './protocol.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** As long is waited for the server's Close after ours. */
const CLOSE_TIMEOUT_MS = 1000;

/** The news of a client for its application. */
export interface ClientEvents {
  /** Anything from the server, but what was heard before and what the client itself said. */
  message(message: ServerMessage): void;
  /** There is no connection any more, and another one is on its way. */
  lost(why: string): void;
  /** A line of its own has not arrived, or nobody knows. */
  undelivered(text: string, why: string): void;
  /** Nothing that was said waits for its answer any more. */
  settled(): void;
  /** The end. Without an error it was the application's wish. */
  over(error?: string): void;
}

/** Something to be said, until the server has said it. */
interface Line {
  readonly text: string;
  isSent: boolean;
}

/** A person in the chat, over as many connections as it takes. */
export class ReturningClient {
  readonly #url: string;
  readonly #name: string;
  readonly #events: ClientEvents;
  readonly #leaving = new AbortController();
  #driver: ConnectionDriver | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #id = '';
  #session: string | undefined;
  #epoch: string | undefined;
  #seq = 0;
  /** Whether this connection has been let in. */
  #isIn = false;
  /** By their numbers. */
  #lines = new Map<number, Line>();
  #lastN = 0;
  /** Names of the welcome: they may be told once more, as of people who join. */
  #known = new Set<string>();
  #isOver = false;

  constructor(url: string, name: string, events: ClientEvents) {
    this.#url = url;
    this.#name = name;
    this.#events = events;
    void this.#connect();
  }

  /** The texts that are not known to have arrived. */
  get waiting(): string[] {
    return [...this.#lines.values()].map(({ text }) => text);
  }

  /** Says something, now or when there is a connection. */
  say(text: string): void {
    // Longer than the server reads, it would end one connection after the other.
    if (text.length > MAX_TEXT_LENGTH) {
      this.#events.undelivered(text, `a text is 1 to ${MAX_TEXT_LENGTH} characters`);
      return;
    }
    const line = { text, isSent: false };
    this.#lines.set(++this.#lastN, line);
    this.#sendLine(this.#lastN, line);
  }

  /** Leaves at once, whatever waits. */
  leave(): void {
    if (this.#leaving.signal.aborted) return;
    this.#leaving.abort();
    clearTimeout(this.#timer);
    if (this.#driver === undefined) this.#end();
    else this.#driver.close(1000);
  }

  #end(error?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.over(error);
  }

  async #connect(): Promise<void> {
    const { signal } = this.#leaving;
    try {
      const { socket, head } = await connect(this.#url, signal);
      const connection = new Connection(
        { role: 'client' },
        {
          text: (text) => this.#heard(parseServerMessage(text)),
          close: ({ code, reason }) => this.#closed(code, reason),
        },
      );
      this.#driver = attachSocket(socket, connection, { closeTimeoutMs: CLOSE_TIMEOUT_MS }, head);
      this.#send({
        type: 'join',
        name: this.#name,
        ...(this.#session === undefined ? {} : { session: this.#session, since: this.#seq }),
      });
      if (signal.aborted) this.#driver.close(1000); // left while this function was resumed
    } catch (error) {
      const { message } = error as Error;
      if (signal.aborted) return; // `leave` has said so
      if (this.#session === undefined) this.#end(message);
      else this.#comeBack();
    }
  }

  #closed(code: number, reason: string): void {
    this.#driver = undefined;
    this.#isIn = false;
    const why = `the connection was closed: ${code} ${reason}`.trim();
    if (this.#leaving.signal.aborted) this.#end();
    else if (this.#session === undefined || code === GOES_ON_ELSEWHERE) this.#end(why);
    else {
      this.#events.lost(why);
      this.#comeBack();
    }
  }

  /** The pause doubles with every try; its random half keeps clients from coming all at once. */
  #comeBack(): void {
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** this.#tries++, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => void this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  #heard(message: ServerMessage | undefined): void {
    if (message === undefined || this.#leaving.signal.aborted) return;
    if (message.type === 'welcome') this.#welcome(message);
    else if (message.type === 'said') this.#said(message);
    else if (message.type === 'refused') this.#refused(message);
    else if (message.type === 'presence') this.#presence(message);
    else this.#events.message(message);
  }

  #welcome(welcome: Welcome): void {
    this.#tries = 0;
    this.#isIn = true;
    this.#id = welcome.id;
    if (welcome.epoch !== this.#epoch) this.#seq = 0;
    this.#epoch = welcome.epoch;
    this.#known = new Set(welcome.people.map(({ name }) => name));
    this.#events.message(welcome);
    for (const said of welcome.missed) this.#said(said);
    this.#seq = Math.max(this.#seq, welcome.seq);
    this.#resume(welcome);
  }

  /** Another session than before counts anew, and knows nothing of what was sent. */
  #resume({ session, lastN }: Welcome): void {
    const lines = [...this.#lines];
    if (session === this.#session) {
      for (const [n, line] of lines) {
        if (n <= lastN) this.#settle(n);
        else this.#sendLine(n, line);
      }
      this.#lastN = Math.max(this.#lastN, lastN);
      return;
    }
    this.#session = session;
    this.#lines.clear();
    this.#lastN = lastN;
    for (const [, { text, isSent }] of lines) {
      if (isSent) this.#events.undelivered(text, 'perhaps not delivered: the server has begun anew');
      else this.say(text);
    }
    if (this.#lines.size === 0) this.#events.settled();
  }

  #presence(presence: Presence): void {
    const joined = presence.joined.filter((name) => !this.#known.has(name));
    this.#known.clear();
    this.#events.message({ ...presence, joined });
  }

  #said(said: Said): void {
    if (said.seq <= this.#seq) return;
    this.#seq = said.seq;
    if (said.id === this.#id) this.#settle(said.n);
    else this.#events.message(said);
  }

  #refused(refused: Refused): void {
    const line = refused.n === undefined ? undefined : this.#lines.get(refused.n);
    if (refused.of === 'join') {
      this.#leaving.abort();
      this.#driver?.close(1000);
      this.#end(refused.reason);
    } else if (line === undefined) {
      this.#events.message(refused);
    } else {
      this.#events.undelivered(line.text, `not delivered: ${refused.reason}`);
      this.#settle(refused.n!);
    }
  }

  #settle(n: number): void {
    if (this.#lines.delete(n) && this.#lines.size === 0) this.#events.settled();
  }

  #sendLine(n: number, line: Line): void {
    if (!this.#isIn) return;
    line.isSent = true;
    this.#send({ type: 'say', text: line.text, n });
  }

  #send(message: ClientMessage): void {
    this.#driver?.sendText(JSON.stringify(message));
  }
}
