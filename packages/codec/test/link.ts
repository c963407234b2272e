/** Two connections and what lies between: bytes travel in chunks of given sizes, and both ends are checked at every step. */
import assert from 'node:assert/strict';
import type { ObservedEvent } from '@sanssocket/test-vectors';
import type { CloseInfo, Connection, ConnectionHandlers, MessageExtension } from '../src/index.js';
import { connectionOf, type ModeOptions, recorder } from './endpoint.js';
import { characters, readable } from './frames.js';

/** One end: what it has said, as the other must hear it, and what it has heard. */
export class End {
  readonly connection: Connection;
  /** Messages and pings, in order, each as a kind and its characters. */
  readonly said: string[] = [];
  readonly outcomes: CloseInfo[] = [];
  /** Chunks under way to the other end. */
  readonly wire: Uint8Array[] = [];
  wireEnded = false;
  readonly #events: ObservedEvent[] = [];
  /** How many events have been compared with what was said, and how much of that they were. */
  #checkedEvents = 0;
  #checkedSaid = 0;

  constructor(options: ModeOptions, extensions: readonly MessageExtension[] = []) {
    const record = recorder(this.#events);
    const sink: ConnectionHandlers = {
      ...record,
      close: (outcome) => {
        this.outcomes.push(outcome);
        record.close!(outcome);
      },
    };
    this.connection = connectionOf(options, sink, extensions);
  }

  /** The events of one kind. */
  heard(type: string): unknown[] {
    return readable(this.#events.filter((event) => event.type === type));
  }

  /** Notes what has been sent, if it was. */
  say(sent: boolean, type: 'text' | 'binary' | 'ping', data: string | Uint8Array): void {
    if (sent) this.said.push(`${type} ${typeof data === 'string' ? data : characters(data)}`);
  }

  /** How much of what the other end said has been heard. */
  get heardSaid(): number {
    return this.#checkedSaid;
  }

  /** What must be true of every connection at any time, and of what it heard: all of what the other said, so far. */
  check(other: End): void {
    const { state, closeInfo: outcome, transportAction: transport, bufferedAmount } = this.connection;
    assert(this.outcomes.length <= 1 && outcome === this.outcomes[0]);
    assert((state === 'closed') === (outcome !== undefined));
    assert((transport === 'none') === (outcome === undefined));
    assert(bufferedAmount >= 0);
    for (; this.#checkedEvents < this.#events.length; this.#checkedEvents++) {
      const event = this.#events[this.#checkedEvents]!;
      if (event.type !== 'text' && event.type !== 'binary' && event.type !== 'ping') continue;
      const { data } = readable([event])[0] as { data: string };
      assert.equal(`${event.type} ${data}`, other.said[this.#checkedSaid++]);
    }
  }
}

/** A client and a server. */
export class Link {
  readonly client: End;
  readonly server: End;
  readonly #sizes: readonly number[];
  #moves = 0;

  constructor(
    sizes: readonly number[],
    options: Partial<ModeOptions> = {},
    extensions: () => MessageExtension[] = () => [],
  ) {
    this.#sizes = sizes;
    this.client = new End({ ...options, role: 'client' }, extensions());
    this.server = new End({ ...options, role: 'server' }, extensions());
  }

  /** Moves one chunk from an end to the other, or the end of the bytes; false if there is nothing to move. */
  move(from: End): boolean {
    const to = from === this.client ? this.server : this.client;
    this.#collect(from);
    const chunk = from.wire.shift();
    if (chunk !== undefined) {
      // Large chunks in larger parts: they would take for ever.
      const size = this.#sizes[this.#moves++ % this.#sizes.length]! * (chunk.length > 2000 ? 100 : 1);
      if (size < chunk.length) from.wire.unshift(chunk.subarray(size));
      const part = chunk.slice(0, size);
      to.connection.receive(part);
      part.fill(0xee);
    } else if (from.connection.transportAction === 'end' && !from.wireEnded) {
      from.wireEnded = true;
      to.connection.receiveEof();
    } else {
      return false;
    }
    this.check();
    return true;
  }

  /** Puts an end's output on the wire; `bufferedAmount` is exact all the while. */
  #collect(from: End): void {
    const { connection } = from;
    let queued = connection.bufferedAmount;
    for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
      queued -= chunk.length;
      assert.equal(connection.bufferedAmount, queued);
      from.wire.push(Uint8Array.from(chunk));
    }
    assert.equal(queued, 0);
  }

  /** Lets everything arrive. */
  settle(): void {
    while ([this.client, this.server].map((end) => this.move(end)).includes(true));
  }

  check(): void {
    this.client.check(this.server);
    this.server.check(this.client);
  }
}
