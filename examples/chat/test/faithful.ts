/**
 * Clients that do all that the protocol allows: they come back as the same person, wherever they
 * are let in, say again what was not acknowledged, and note everything that they hear.
 */
import { connect, type WebSocketConnection } from 'sanssocket';
import { expect, onTestFinished } from 'vitest';
import type { Said, ServerMessage, Welcome } from '../src/protocol.js';

/** One such client. */
export class Faithful {
  readonly name: string;
  /** Everything that was said since the first welcome, as often as it was heard. */
  readonly heard: Said[] = [];
  readonly acknowledged: string[] = [];
  readonly states: string[] = [];
  gaps = 0;
  returns = 0;
  evictions = 0;
  welcome: Welcome | undefined;
  connection: WebSocketConnection | undefined;
  readonly #urls: () => string[];
  readonly #pending = new Map<number, string>();
  #n = 0;
  #last = 0;
  #stopped = false;

  /** @param urls - of the processes that may be tried, the nearest first */
  constructor(name: string, urls: () => string[]) {
    this.name = name;
    this.#urls = urls;
    onTestFinished(() => this.stop());
    void this.#stay();
  }

  get pending(): number {
    return this.#pending.size;
  }

  say(text: string): void {
    this.#pending.set(++this.#n, text);
    this.connection?.sendText(JSON.stringify({ type: 'say', text, n: this.#n }));
  }

  stop(): void {
    this.#stopped = true;
    this.connection?.terminate();
  }

  async #stay(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt++) {
      const urls = this.#urls();
      try {
        await this.#visit(urls[attempt % urls.length]!);
      } catch {}
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 150));
    }
  }

  async #visit(url: string): Promise<void> {
    // A process that stands still takes the connection, and no more.
    const connection = await connect(
      url,
      { text: (text) => this.#hear(JSON.parse(text) as ServerMessage) },
      { openingTimeoutMs: 1_500, pingIntervalMs: 1_000, pongTimeoutMs: 2_000 },
    );
    if (this.#stopped) connection.terminate();
    const back = this.welcome && { session: this.welcome.session, since: this.#last };
    connection.sendText(JSON.stringify({ type: 'join', name: this.name, ...back }));
    this.#opened = connection;
    const { code } = await connection.finished();
    this.connection = undefined;
    if (code === 1012) this.evictions++;
  }

  #opened: WebSocketConnection | undefined;

  #hear(message: ServerMessage): void {
    if (message.type === 'welcome') this.#welcomed(message);
    else if (message.type === 'said') this.#said(message);
    else if (message.type === 'gap') this.gaps++;
    else if (message.type === 'broker') this.states.push(message.state);
    else if (message.type === 'refused') throw new Error(message.reason);
  }

  #welcomed(welcome: Welcome): void {
    if (this.welcome !== undefined) this.returns++;
    if (welcome.gap) this.gaps++;
    const isFirst = this.welcome === undefined;
    this.welcome = welcome;
    this.connection = this.#opened;
    if (isFirst) this.#last = welcome.seq;
    else for (const said of welcome.missed) this.#said(said);
    this.#last = Math.max(this.#last, welcome.seq);
    for (const [n, text] of this.#pending) {
      if (n > welcome.lastN) this.connection?.sendText(JSON.stringify({ type: 'say', text, n }));
    }
  }

  #said(said: Said): void {
    this.heard.push(said);
    this.#last = Math.max(this.#last, said.seq);
    if (said.id === this.welcome?.id && this.#pending.delete(said.n)) this.acknowledged.push(said.text);
  }
}

/**
 * Every message that was acknowledged was heard by each of them, once and in its speaker's order.
 *
 * @param all - all speakers and listeners, of whom nobody was told of a gap
 */
export function expectFaithful(all: readonly Faithful[]): void {
  for (const listener of all) {
    expect(listener.gaps, listener.name).toBe(0);
    const places = listener.heard.map(({ seq }) => seq);
    expect(
      places.every((seq, index) => index === 0 || seq > places[index - 1]!),
      listener.name,
    ).toBe(true);
    for (const speaker of all) {
      const own = listener.heard.filter(({ id }) => id === speaker.welcome!.id);
      const heard = own.map(({ text }) => text);
      expect(own.every(({ n }, index) => index === 0 || n > own[index - 1]!.n)).toBe(true);
      const fromHere = speaker.acknowledged.slice(speaker.acknowledged.length - heard.length);
      expect(heard, `${listener.name} of ${speaker.name}`).toEqual(fromHere);
      if (listener.heard.length > 0) {
        const first = listener.heard[0]!.seq;
        const missing = speaker.heard.filter(({ id, seq }) => id === speaker.welcome!.id && seq >= first);
        expect(heard.length, `${listener.name} of ${speaker.name}`).toBe(missing.length);
      }
    }
  }
}
