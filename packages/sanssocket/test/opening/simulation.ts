/** Two transports that are one another's peer, on a clock of their own. No I/O. */

import type { ReceivedTransport, TransportReceiver } from '@sanssocket/codec/driver';

/** A clock, and what is to happen. */
export class World {
  now = 0;
  readonly #events: { readonly time: number; readonly call: () => void }[] = [];

  at(time: number, call: () => void): void {
    this.#events.push({ time: Math.max(time, this.now), call });
  }

  /** Lets everything happen up to a time, in order; one after the other where times are the same. */
  async run(until: number): Promise<void> {
    for (;;) {
      let next = -1;
      for (const [index, { time }] of this.#events.entries()) {
        if (time <= until && (next < 0 || time < this.#events[next]!.time)) next = index;
      }
      if (next < 0) break;
      const [event] = this.#events.splice(next, 1);
      this.now = event!.time;
      event!.call();
      await Promise.resolve();
    }
    this.now = until;
  }
}

/** How a transport takes bytes: all at once, later, or as many as fit. */
export type Taking = 'at-once' | 'later' | 'some';

/** The receiver of a transport that has none yet. */
const NOBODY: TransportReceiver = {
  receive() {},
  receiveEof() {},
  written() {},
  writable() {},
  wake() {},
  transportClosed() {},
};

/** One end of a simulated connection. */
export class SimulatedTransport implements ReceivedTransport {
  receiver: TransportReceiver = NOBODY;
  readonly calls: string[] = [];
  /** All that was written, as far as it has left. */
  readonly left: number[] = [];
  readonly #world: World;
  readonly #taking: Taking;
  /** Bytes a chunk, for the peer. */
  readonly #cut: number;
  readonly #latency: number;
  #peer: SimulatedTransport | undefined;
  #alarm = 0;
  #ended = false;
  #inputEnded = false;
  #paused = false;
  #held: (() => void)[] = [];
  gone = false;
  /** Whether it is to wake its receiver at some time. */
  armed = false;

  constructor(world: World, taking: Taking, cut: number, latency: number) {
    this.#world = world;
    this.#taking = taking;
    this.#cut = cut;
    this.#latency = latency;
  }

  join(peer: SimulatedTransport): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  write(chunks: readonly Uint8Array[]): number {
    this.#requireAlive('write');
    const bytes = chunks.flatMap((chunk) => [...chunk]);
    if (this.#taking === 'at-once') {
      this.#leave(bytes);
      return bytes.length;
    }
    if (this.#taking === 'later') {
      this.#world.at(this.#world.now + 1, () => {
        if (this.gone) return;
        this.#leave(bytes);
        this.receiver.written(this.#world.now);
      });
      return 0;
    }
    const some = bytes.slice(0, 7);
    this.#leave(some);
    if (some.length < bytes.length) {
      this.#world.at(this.#world.now + 1, () => {
        if (!this.gone) this.receiver.writable(this.#world.now);
      });
    }
    return some.length;
  }

  #leave(bytes: readonly number[]): void {
    this.left.push(...bytes);
    const peer = this.#peer;
    for (let at = 0; at < bytes.length; at += this.#cut) {
      const chunk = Uint8Array.from(bytes.slice(at, at + this.#cut));
      this.#world.at(this.#world.now + this.#latency, () => peer?.take(chunk));
    }
  }

  /** Bytes have arrived. */
  take(chunk: Uint8Array): void {
    if (this.gone) return;
    if (this.#paused) this.#held.push(() => this.take(chunk));
    else this.receiver.receive(chunk, this.#world.now);
  }

  pause(): void {
    this.#requireAlive('pause');
    this.#paused = true;
  }

  resume(): void {
    this.#requireAlive('resume');
    this.#paused = false;
    for (const call of this.#held.splice(0)) this.#world.at(this.#world.now, call);
  }

  end(): void {
    this.#requireAlive('end');
    if (this.#ended) throw new Error('ended twice');
    this.#ended = true;
    this.#world.at(this.#world.now + this.#latency, () => this.#peer?.peerEnded());
    this.#closeIfOver();
  }

  /** The peer has ended its side. */
  peerEnded(): void {
    if (this.gone) return;
    if (this.#paused) {
      this.#held.push(() => this.peerEnded());
      return;
    }
    this.#inputEnded = true;
    this.receiver.receiveEof(this.#world.now);
    this.#closeIfOver();
  }

  #closeIfOver(): void {
    if (!this.#ended || !this.#inputEnded) return;
    this.#world.at(this.#world.now, () => this.lose(undefined));
  }

  destroy(): void {
    this.#requireAlive('destroy');
    this.gone = true;
    this.#world.at(this.#world.now + this.#latency, () => this.#peer?.lose(new Error('reset')));
  }

  /** The transport is gone by itself. */
  lose(error: Error | undefined): void {
    if (this.gone) return;
    this.gone = true;
    this.calls.push('lost');
    this.receiver.transportClosed(error);
  }

  wakeAt(time: number): void {
    if (this.gone && time !== Number.POSITIVE_INFINITY) throw new Error('wakeAt on a transport that is gone');
    this.#alarm++;
    const alarm = this.#alarm;
    this.armed = time !== Number.POSITIVE_INFINITY;
    if (time === Number.POSITIVE_INFINITY) return;
    this.#world.at(time, () => {
      if (alarm !== this.#alarm) return;
      this.armed = false;
      if (!this.gone) this.receiver.wake(this.#world.now);
    });
  }

  #requireAlive(method: string): void {
    if (this.gone) throw new Error(`${method} on a transport that is gone`);
    this.calls.push(method);
  }
}
