/**
 * The pulse of the chat's processes: each says once a second that it is there, and one that is
 * silent for a few seconds is gone. Only seconds count in which this process could have heard it:
 * not those without the broker, and not those in which this process itself stood still.
 */
import type { NatsConnection } from '@nats-io/transport-node';

const SUBJECT = 'chat.alive';
/** A process that is silent for so long is gone. */
const SILENCE_MS = 4_500;
/** A beat that is later than this by itself: the process stood still. */
const STILL_MS = 2_500;

/** A beat: the process, and how far it has come in both streams. */
interface Beat {
  readonly process: string;
  readonly said: number;
  readonly people: number;
}

/** The processes that are there. */
export class Pulse {
  readonly #connection: NatsConnection;
  readonly #process: string;
  readonly #heard = new Map<string, number>();
  #lastBeat = performance.now();
  #countsFrom = performance.now();
  #isPaused = false;
  /** Gets how far others have come. */
  onPlaces: (said: number, people: number) => void = () => {};

  constructor(connection: NatsConnection, process: string) {
    this.#connection = connection;
    this.#process = process;
    connection.subscribe(SUBJECT, {
      callback: (error, message) => {
        if (error === null) this.#hear(message.json<Beat>());
      },
    });
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** A process of which is known that it was there. */
  add(id: string): void {
    if (id !== this.#process) this.#heard.set(id, performance.now());
  }

  remove(id: string): void {
    this.#heard.delete(id);
  }

  /** The broker is away: nobody can be heard. */
  pause(): void {
    this.#isPaused = true;
  }

  /** All have their time anew. */
  resume(): void {
    this.#isPaused = false;
    this.#countsFrom = performance.now();
  }

  /**
   * To be called once a second.
   *
   * @returns the processes that are gone
   */
  beat(said: number, people: number): string[] {
    const now = performance.now();
    if (now - this.#lastBeat > STILL_MS) this.#countsFrom = now;
    this.#lastBeat = now;
    if (this.#isPaused || this.#connection.isClosed()) return [];
    const beat: Beat = { process: this.#process, said, people };
    this.#connection.publish(SUBJECT, JSON.stringify(beat));
    const gone: string[] = [];
    for (const [id, heard] of this.#heard) {
      if (now - Math.max(heard, this.#countsFrom) > SILENCE_MS) gone.push(id);
    }
    // Each is told once; one that wakes is heard again.
    for (const id of gone) {
      this.#heard.delete(id);
    }
    return gone;
  }

  #hear({ process, said, people }: Beat): void {
    if (process === this.#process) return;
    this.#heard.set(process, performance.now());
    this.onPlaces(said, people);
  }
}
