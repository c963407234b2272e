/**
 * The seam between a process of the chat and the others: one log of the things said in the room,
 * and one register of the people in it. Every process hears the same events in the same order; the
 * members of a process are told of an event when the log has brought it back, and not before.
 */
import type { Person, Said } from '../protocol.js';

/** A person in the room, and the process with the connection. */
export interface Entry extends Person {
  /** The skeleton of the name: no two people in the room have the same. */
  readonly key: string;
  readonly process: string;
}

/** Something to be said. The log gives it its place: {@link Said.seq}. */
export type Saying = Omit<Said, 'type' | 'seq'>;

/** A message from one process to another, about the frames of a connection. */
export type Relayed = Readonly<Record<string, unknown>>;

/** A process of the chat, as the log sees it. */
export interface LogListener {
  /** Somebody has come, or goes on at another process. */
  came(entry: Entry): void;
  /** Somebody has gone, or was found gone. */
  went(entry: Entry, reason: string): void;
  said(said: Said): void;
  /** The broker behind the log is away: what is appended waits. */
  away(): void;
  back(): void;
  /** The log is another one: people, history and epoch begin anew. */
  reset(): void;
  /** A message of another process, or of this one. */
  relayed(from: string, message: Relayed): void;
}

/** The log, as a process of the chat sees it. */
export interface ChatLog {
  /** The id of this process: random, and part of no subject or path that it could break. */
  readonly process: string;
  /** Names the log: places in another one mean nothing here. */
  readonly epoch: string;
  /**
   * Begins to listen. The promise is resolved when the listener has been told who is here and the
   * last things that were said.
   */
  open(listener: LogListener): Promise<void>;
  /**
   * Takes a name for a person: `came` follows for everyone, if it does not stand there already. The
   * same person may claim its name again, also from another process.
   *
   * @returns whether the name was free, or the person's own
   */
  claim(entry: Entry): Promise<boolean>;
  /** Gives the name of a person back, unless the person goes on at another process. */
  leave(entry: Entry, reason: string): Promise<void>;
  /**
   * Appends something said. Repeated until it is acknowledged, and stored once, by the person's id
   * and `n`. A speaker's next follows when the promise of the last is resolved.
   *
   * @returns undefined if it is done
   */
  say(saying: Saying): Promise<void> | undefined;
  /** Sends to a process; lost if there is none of this id. */
  relay(to: string, message: Relayed): void;
  close(): Promise<void>;
}
