/**
 * The hub: the list of people, and the messages to all of them. It knows nothing of
 * sockets.
 */
import { PreparedMessage } from '@sanssocket/codec';
import type { Person, ServerMessage } from './protocol.js';

/** One end of the chat, as the hub sees it. Its methods must not call {@link Hub.register}. */
export interface Member {
  /**
   * Queues a message.
   *
   * @returns false if the queue is full; the message is then lost, and so is the member:
   * {@link Member.drop} follows
   */
  deliver(message: PreparedMessage): boolean;
  /** The hub has taken this member out, because it is too slow. */
  drop(): void;
}

/** Reason given to the others when a member is dropped. */
const TOO_SLOW = 'too slow';

/** The one room of the chat. */
export class Hub {
  readonly #members = new Map<Member, Person>();
  readonly #outbox: ServerMessage[] = [];
  #lastId = 0;

  /** All people, in the order they came. */
  get people(): Person[] {
    return [...this.#members.values()];
  }

  /** The person of a member; undefined if it is not here. */
  personOf(member: Member): Person | undefined {
    return this.#members.get(member);
  }

  /**
   * Lets a member in and tells the others.
   *
   * @param wishedName - two people never have the same: a number is put behind the second's
   */
  register(member: Member, wishedName: string): Person {
    const person: Person = { id: ++this.#lastId, name: this.#freeName(wishedName) };
    this.broadcast({ type: 'joined', ...person });
    this.#members.set(member, person);
    return person;
  }

  /** Takes a member out and tells the others why. Does nothing if it is not (or no longer) here. */
  unregister(member: Member, reason: string): void {
    const person = this.#members.get(member);
    if (person === undefined) return;
    this.#members.delete(member);
    this.broadcast({ type: 'left', ...person, reason });
  }

  /**
   * Sends a message to everyone here, encoded once. All receive all messages in the same order: a
   * message that is broadcast during a broadcast, because a member had to be dropped, comes after
   * it.
   */
  broadcast(message: ServerMessage): void {
    this.#outbox.push(message);
    if (this.#outbox.length > 1) return; // the loop below, further up the stack, gets to it
    for (const next of this.#outbox) this.#deliver(PreparedMessage.text(JSON.stringify(next)));
    this.#outbox.length = 0;
  }

  #deliver(message: PreparedMessage): void {
    for (const member of this.#members.keys()) {
      if (member.deliver(message)) continue;
      this.unregister(member, TOO_SLOW);
      member.drop();
    }
  }

  #freeName(wished: string): string {
    const taken = new Set(this.people.map(({ name }) => name.toLowerCase()));
    let name = wished;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${wished} ${number}`;
    return name;
  }
}
