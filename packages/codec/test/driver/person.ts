/** An application at one end of a simulated connection: what it says, what it heard, and how much waited for it at most. */

import { ConnectionDriver, type DriverOptions } from '../../src/driver/driver.js';
import {
  type CloseInfo,
  Connection,
  type ConnectionOptions,
  type MessageExtension,
} from '../../src/index.js';
import type { SimulatedTransport, World } from './simulation.js';

/** What it does. */
export interface Habits {
  /** Lengths of the messages it says of its own accord. */
  readonly says: readonly number[];
  /** Whether it waits for `onDrain` when `full`. */
  readonly waits: boolean;
  /** How many bytes it answers each message with; 0 for none, -1 for as many as it had. */
  readonly answers: number;
  /** Whether it closes when it has said everything and heard so many messages. */
  readonly closesAfter?: number;
  /** At which message heard it throws. */
  readonly throwsAt?: number;
  /** At which message heard it pauses, for so many milliseconds. */
  readonly pausesAt?: readonly [message: number, ms: number];
}

/** The bytes of the message of this number and length. */
export function messageBytes(number: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (number * 31 + (i >> 3) * 7 + i) & 0xff);
}

export class Person {
  readonly host: ConnectionDriver;
  readonly said: Uint8Array[] = [];
  readonly heard: Uint8Array[] = [];
  readonly errors: unknown[] = [];
  readonly outcomes: CloseInfo[] = [];
  goneCalls = 0;
  mostWaiting = 0;
  readonly #habits: Habits;
  readonly #world: World;
  #nextSaid = 0;

  constructor(
    world: World,
    transport: SimulatedTransport,
    habits: Habits,
    options: ConnectionOptions,
    hostOptions: DriverOptions,
    extensions: readonly MessageExtension[] = [],
  ) {
    this.#habits = habits;
    this.#world = world;
    const connection = new Connection(
      options,
      {
        binary: (bytes) => this.#hear(bytes),
        close: (outcome) => this.outcomes.push(outcome),
        error: (error) => this.errors.push(error),
      },
      extensions,
    );
    this.host = new ConnectionDriver(connection, transport, hostOptions, world.now);
    transport.host = this.host;
    this.host.onDrain = () => this.talk();
    this.host.onClose = () => this.goneCalls++;
  }

  /** Says what it has to say, as far as it may. */
  talk(): void {
    const { says, waits } = this.#habits;
    while (this.#nextSaid < says.length && !(waits && this.host.needDrain)) {
      if (!this.#say(says[this.#nextSaid++]!)) break;
    }
    this.#closeIfDone();
  }

  #say(length: number): boolean {
    const bytes = messageBytes(this.said.length, length);
    const sent = this.host.sendBinary(bytes);
    if (sent) this.said.push(bytes);
    this.mostWaiting = Math.max(this.mostWaiting, this.host.bufferedAmount);
    return sent;
  }

  #hear(bytes: Uint8Array): void {
    this.heard.push(bytes);
    const { answers, throwsAt, pausesAt } = this.#habits;
    if (this.heard.length === throwsAt) throw new Error('the application');
    if (this.heard.length === pausesAt?.[0]) {
      this.host.pause();
      this.#world.after(pausesAt[1], () => this.host.resume());
    }
    if (answers !== 0) this.#say(answers < 0 ? bytes.length : answers);
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    const { says, closesAfter } = this.#habits;
    if (closesAfter === undefined || this.heard.length < closesAfter || this.#nextSaid < says.length) return;
    this.host.close(1000);
  }
}
