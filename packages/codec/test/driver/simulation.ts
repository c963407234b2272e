/**
 * A network that is not there: two transports with a wire in each direction, and time that goes on when everything has happened
 * that was to happen. Wires have a capacity and a latency, take parts of what is written, and break when a plan says so. What a
 * host may not do to a transport is asserted where it would do it.
 */
import assert from 'node:assert/strict';
import type { ConnectionDriver, Transport } from '../../src/driver/driver.js';

/** Time, and what will happen. */
export class World {
  now = 0;
  readonly #events: { readonly time: number; readonly act: () => void }[] = [];
  readonly #numbers: readonly number[];
  #next = 0;

  /** @param numbers - what is left to chance is taken from these, each from 0 to 1, again and again */
  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A whole number from 1 to `most`. */
  chance(most: number): number {
    return 1 + Math.floor(this.#numbers[this.#next++ % this.#numbers.length]! * (most - 0.001));
  }

  at(time: number, act: () => void): void {
    let index = this.#events.length;
    while (index > 0 && this.#events[index - 1]!.time > time) index--;
    this.#events.splice(index, 0, { time, act });
  }

  after(delay: number, act: () => void): void {
    this.at(this.now + delay, act);
  }

  /** Lets everything happen until a time; promises that are kept on the way are waited for. */
  async run(until: number): Promise<void> {
    while (this.#events.length > 0 && this.#events[0]!.time <= until) {
      const { time, act } = this.#events.shift()!;
      this.now = Math.max(this.now, time);
      act();
      await undefined;
      await undefined;
    }
    this.now = until;
  }
}

/** How a transport behaves. */
export interface Nature {
  /** `'holds'` what it is given until it is through, or `'takes'` what fits, and says how much. */
  readonly kind: 'holds' | 'takes';
  /** How much is under way at most. */
  readonly capacity: number;
  /** The longest that a piece is under way. */
  readonly latencyMs: number;
  /** The longest piece in which bytes arrive. */
  readonly pieceBytes: number;
  /** Whether it calls its host back from inside of `write`. */
  readonly eager: boolean;
}

/** One end of a simulated connection. */
export class SimulatedTransport implements Transport {
  readonly copies = true;
  host!: ConnectionDriver;
  peer!: SimulatedTransport;
  /** Whether its end of the wires has gone silent: nothing leaves, nothing arrives, nothing is told. */
  silent = false;
  /** Whether the host is gone, by its own act or by the transport's. */
  over = false;
  pauses = 0;
  ended = false;
  /** All that has left. */
  sentBytes = 0;
  readonly #world: World;
  readonly #nature: Nature;
  /** What was given and is not through. References: what the host may not change yet would be seen. */
  #held: Uint8Array[] = [];
  #refused = false;
  #last = false;
  /** How much is under way to the other end, or has arrived there and was not read. */
  #inFlight = 0;
  readonly #arrived: Uint8Array[] = [];
  #peerEnded = false;
  #toldEnd = false;
  #paused = false;
  #lastArrival = 0;
  #wakeId = 0;

  constructor(world: World, nature: Nature) {
    this.#world = world;
    this.#nature = nature;
  }

  // What the host calls.

  write(chunks: readonly Uint8Array[], last = false): number {
    this.#usable();
    assert(!this.ended, 'written after the end');
    assert(this.#held.length === 0, 'written while a batch was held');
    assert(chunks.length > 0 && chunks.every(({ length }) => length > 0));
    // What is left of the last batch may be offered again, and nothing else.
    assert(!this.#last || last, 'written behind the last');
    this.#last = last;
    this.#refused = false;
    const bytes = sum(chunks);
    if (this.#nature.kind === 'takes') {
      const all = this.#world.chance(3) === 1;
      const taken = this.#take(chunks, all ? bytes : this.#world.chance(bytes));
      this.#refused = taken < bytes;
      return taken;
    }
    this.#held = [...chunks];
    this.#moveHeld();
    if (this.#held.length > 0) return 0;
    if (!this.#nature.eager) return bytes;
    this.host.written(this.#world.now);
    return 0;
  }

  pause(): void {
    this.#usable();
    assert(!this.#paused, 'paused twice');
    this.#paused = true;
    this.pauses++;
  }

  resume(): void {
    this.#usable();
    assert(this.#paused, 'resumed without a pause');
    this.#paused = false;
    this.#world.after(0, () => this.#deliver());
  }

  end(): void {
    this.#usable();
    assert(!this.ended, 'ended twice');
    assert(this.#last || this.sentBytes === 0, 'ended, and the last batch was not told of');
    this.ended = true;
    this.#endWhenThrough();
  }

  destroy(): void {
    this.#usable();
    this.over = true;
    this.#held = [];
    if (!this.silent) this.#later(() => this.peer.lose(new Error('reset by the peer')));
  }

  wakeAt(time: number): void {
    const id = ++this.#wakeId;
    if (time === Number.POSITIVE_INFINITY) return;
    assert(!this.over, 'a timer is set when all is over');
    // Late by a little, as timers are.
    this.#world.at(Math.max(time, this.#world.now) + this.#world.chance(3), () => {
      if (id === this.#wakeId) this.host.wake(this.#world.now);
    });
  }

  // What happens to it.

  /** For an end without a host: writes what fits, and says how much that was. */
  writeSome(bytes: Uint8Array): number {
    return this.silent ? 0 : this.#take([bytes], Number.POSITIVE_INFINITY);
  }

  /** The connection breaks, at this end. */
  lose(error?: unknown): void {
    if (this.over || this.silent) return;
    this.over = true;
    this.#held = [];
    this.host.transportClosed(error);
  }

  /** Bytes reach this end. */
  arrive(bytes: Uint8Array): void {
    if (this.silent || this.over) return;
    this.#arrived.push(bytes);
    this.#deliver();
  }

  arriveEnd(): void {
    this.#peerEnded = true;
    this.#deliver();
  }

  /** How much has arrived and waits to be read. */
  get unread(): number {
    return sum(this.#arrived);
  }

  #usable(): void {
    assert(!this.over, 'called when all was over');
  }

  #deliver(): void {
    while (!this.#paused && !this.over && !this.silent) {
      const bytes = this.#arrived.shift();
      if (bytes === undefined) break;
      this.host.receive(bytes, this.#world.now);
      bytes.fill(0xee);
      this.peer.#hasLeft(bytes.length);
    }
    if (this.#peerEnded && !this.#toldEnd && this.#arrived.length === 0 && !this.over && !this.silent) {
      this.#toldEnd = true;
      this.host.receiveEof(this.#world.now);
      this.#closeWhenEnded();
    }
  }

  /** The other end has read something: there is room. */
  #hasLeft(bytes: number): void {
    this.#inFlight -= bytes;
    this.#world.after(0, () => {
      if (this.over || this.silent) return;
      if (this.#refused && this.#inFlight < this.#nature.capacity) {
        this.#refused = false;
        this.host.writable(this.#world.now);
      } else if (this.#held.length > 0) {
        this.#moveHeld();
        if (this.#held.length === 0) this.host.written(this.#world.now);
        this.#endWhenThrough();
      }
    });
  }

  #moveHeld(): void {
    let moved = this.#take(this.#held, Number.POSITIVE_INFINITY);
    while (moved > 0) {
      const [first] = this.#held;
      if (moved < first!.length) {
        this.#held[0] = first!.subarray(moved);
        return;
      }
      moved -= first!.length;
      this.#held.shift();
    }
  }

  /** Puts as much on the wire as there is room for, and gives how much that was. */
  #take(chunks: readonly Uint8Array[], most: number): number {
    const room = Math.max(0, Math.min(most, this.#nature.capacity - this.#inFlight));
    const bytes = Buffer.concat(chunks).subarray(0, room);
    for (let at = 0; at < bytes.length; ) {
      const length = Math.max(bytes.length >> 6, this.#world.chance(this.#nature.pieceBytes));
      const piece = Uint8Array.from(bytes.subarray(at, at + length));
      at += piece.length;
      this.#later(() => this.peer.arrive(piece));
    }
    this.#inFlight += bytes.length;
    this.sentBytes += bytes.length;
    return bytes.length;
  }

  /** Nothing overtakes on a wire. */
  #later(act: () => void): void {
    this.#lastArrival = Math.max(
      this.#lastArrival,
      this.#world.now + this.#world.chance(this.#nature.latencyMs),
    );
    this.#world.at(this.#lastArrival, () => {
      if (!this.silent) act();
    });
  }

  #endWhenThrough(): void {
    if (!this.ended || this.#held.length > 0) return;
    this.#later(() => this.peer.arriveEnd());
    this.#world.after(0, () => this.#closeWhenEnded());
  }

  /** As a socket does when both sides have ended. */
  #closeWhenEnded(): void {
    if (this.ended && this.#toldEnd) this.lose();
  }
}

function sum(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((bytes, { length }) => bytes + length, 0);
}

/** Two transports with wires between them. */
export function connectTransports(
  world: World,
  natures: readonly [Nature, Nature],
): [SimulatedTransport, SimulatedTransport] {
  const a = new SimulatedTransport(world, natures[0]);
  const b = new SimulatedTransport(world, natures[1]);
  a.peer = b;
  b.peer = a;
  return [a, b];
}
