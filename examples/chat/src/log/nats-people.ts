/**
 * The register of people at the broker: a stream that keeps one message for each name, the last. A
 * name is taken and given back by messages that the broker takes only if the name's last one is the
 * one that the writer knows, so that of several writers one wins.
 */
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { Entry } from './chat-log.js';
import type { Repeat } from './nats-link.js';

export const PEOPLE_STREAM = 'CHAT_PEOPLE';
const NAMES = 'chat.people.';
const PROCESSES = 'chat.process.';
export const PEOPLE_SUBJECTS: string[] = [`${NAMES}*`, `${PROCESSES}*`];

/** The broker's code for "wrong last sequence". */
const WRONG_LAST_SEQUENCE = new Set([10071, 10164]);
/** The mark of a name that was given back is kept for so long: a process may have been cut off. */
const MARK_MS = 3_600_000;

/** The last message of a name. */
interface Held {
  readonly seq: number;
  /** Undefined for a name that was given back. */
  readonly entry: Entry | undefined;
}

/** Events of the register, for the log. */
export interface PeopleListener {
  came(entry: Entry): void;
  went(entry: Entry, reason: string): void;
  /** A process has said that it is there, or somebody that it is not. */
  process(id: string, isThere: boolean): void;
}

/** A message of a name: an {@link Entry}, or a reason. */
type Message = Entry | { readonly left: string };

/** Names by their skeletons, as this process has heard of them. */
export class NatsPeople {
  readonly #js: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #repeat: Repeat;
  readonly #listener: PeopleListener;
  readonly #held = new Map<string, Held>();
  /** Subjects whose last message is only a mark, of a name or a process that is gone. */
  readonly #marks = new Map<string, { readonly seq: number; readonly at: number }>();

  constructor(js: JetStreamClient, manager: JetStreamManager, repeat: Repeat, listener: PeopleListener) {
    this.#js = js;
    this.#manager = manager;
    this.#repeat = repeat;
    this.#listener = listener;
  }

  /** A message of the stream. */
  receive(message: JsMsg): void {
    const { subject, seq } = message;
    if (subject.startsWith(PROCESSES)) {
      const isThere = message.string() === 'here';
      this.#mark(subject, seq, !isThere);
      this.#listener.process(subject.slice(PROCESSES.length), isThere);
      return;
    }
    const key = keyOf(subject);
    const before = this.#held.get(key)?.entry;
    const held = heldOf(seq, message.string());
    this.#held.set(key, held);
    this.#mark(subject, seq, held.entry === undefined);
    const { entry } = held;
    if (before !== undefined && before.id !== entry?.id)
      this.#listener.went(before, reasonOf(message.string()));
    if (entry !== undefined) this.#listener.came(entry);
  }

  /** As {@link ChatLog.claim}. */
  async claim(entry: Entry): Promise<boolean> {
    return this.#change(entry.key, (held) => {
      if (held !== undefined && held.id !== entry.id) return false;
      return held?.process === entry.process ? true : entry;
    });
  }

  /** As {@link ChatLog.leave}. */
  async leave({ key, id, process }: Entry, reason: string): Promise<void> {
    await this.#change(key, (held) =>
      held?.id === id && held.process === process ? { left: reason } : false,
    );
  }

  /** Those whose connection is at a process. */
  of(process: string): Entry[] {
    return [...this.#held.values()].flatMap(({ entry }) => (entry?.process === process ? [entry] : []));
  }

  /**
   * Says whether a process is there. The place of that message follows all that was said before.
   */
  async process(id: string, isThere: boolean): Promise<number> {
    const payload = isThere ? 'here' : 'gone';
    return (await this.#repeat(() => this.#js.publish(PROCESSES + id, payload))).seq;
  }

  /** Takes old marks out of the stream. */
  async forget(now: number): Promise<void> {
    for (const [subject, { seq, at }] of this.#marks) {
      if (now - at < MARK_MS) continue;
      this.#marks.delete(subject);
      await this.#manager.streams.purge(PEOPLE_STREAM, { filter: subject, seq: seq + 1 });
      if (this.#held.get(keyOf(subject))?.seq === seq) this.#held.delete(keyOf(subject));
    }
  }

  #mark(subject: string, seq: number, isMark: boolean): void {
    if (isMark) this.#marks.set(subject, { seq, at: Date.now() });
    else this.#marks.delete(subject);
  }

  /**
   * Changes the message of a name.
   *
   * @param decide - gets the holder, and gives the message, or the result if none is wanted
   */
  async #change(key: string, decide: (holder: Entry | undefined) => Message | boolean): Promise<boolean> {
    let held = this.#held.get(key);
    for (;;) {
      const message = decide(held?.entry);
      if (typeof message === 'boolean') return message;
      const expect = { lastSubjectSequence: held?.seq ?? 0 };
      try {
        await this.#repeat(() => this.#js.publish(subjectOf(key), JSON.stringify(message), { expect }));
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
      // Somebody else was first, or this very message, whose acknowledgement was lost.
      held = await this.#fetch(key);
    }
  }

  async #fetch(key: string): Promise<Held | undefined> {
    const query = { last_by_subj: subjectOf(key) };
    const stored = await this.#repeat(() => this.#manager.streams.getMessage(PEOPLE_STREAM, query));
    return stored === null ? undefined : heldOf(stored.seq, stored.string());
  }
}

/** Whether the broker refused a message because another came before it. */
export function isConflict(error: unknown): boolean {
  return error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(error.code);
}

/** Letters, digits, `-` and `_` stand for the name: nothing that a broker takes for its own. */
function subjectOf(key: string): string {
  return NAMES + Buffer.from(key).toString('base64url');
}

function keyOf(subject: string): string {
  return Buffer.from(subject.slice(NAMES.length), 'base64url').toString();
}

function heldOf(seq: number, payload: string): Held {
  const message = JSON.parse(payload) as Message;
  return { seq, entry: 'left' in message ? undefined : message };
}

function reasonOf(payload: string): string {
  const message = JSON.parse(payload) as Message;
  return 'left' in message ? message.left : '';
}
