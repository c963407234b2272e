/**
 * The people in the room, and the comings and goings that its members have not been told of yet.
 * A coming or going costs the same however many people there are: nothing is sent here.
 */
import type { Entry } from './log/chat-log.js';
import { type Person, type Presence, SHOWN_NAMES, SHOWN_PEOPLE } from './protocol.js';

/** Everyone in the room, on all processes, in the order they came. */
export class People {
  readonly #entries = new Map<string, Entry>();
  /** People who came, and who left, since {@link People.takeNews}. */
  readonly #joined = new Map<string, string>();
  readonly #left = new Map<string, { readonly name: string; readonly reason: string }>();
  /** The people that some member has in its list, and those that every member has: id and name. */
  #shown = new Set<string>();
  #shared = new Set<string>();

  get count(): number {
    return this.#entries.size;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Adds a person, or notes the process at which one goes on. */
  add(entry: Entry): void {
    if (!this.#entries.has(entry.id)) this.#joined.set(entry.id, entry.name);
    this.#entries.set(entry.id, entry);
  }

  remove(id: string, reason: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    // Nobody was told of one who came and went in the same moment.
    if (!this.#joined.delete(id)) this.#left.set(id, { name: entry.name, reason });
  }

  /** The list for a member that comes now. It is part of the list that the next news change. */
  first(): Person[] {
    const people = this.#first();
    const listed = linesOf(people);
    for (const line of listed) this.#shown.add(line);
    for (const line of this.#shared) if (!listed.has(line)) this.#shared.delete(line);
    return people;
  }

  /** The news since the last call; undefined if there are none. */
  takeNews(): Presence | undefined {
    const people = this.#first();
    const now = linesOf(people);
    const out = [...this.#shown].filter((line) => !now.has(line)).map(idOf);
    const news: Presence = {
      type: 'presence',
      count: this.count,
      in: people.filter((person) => !this.#shared.has(lineOf(person))),
      out: [...new Set(out)],
      ...cut(this.#joined, this.#left),
    };
    const isNews = this.#joined.size + this.#left.size + news.in.length + news.out.length > 0;
    this.#shown = now;
    this.#shared = new Set(now);
    this.#joined.clear();
    this.#left.clear();
    return isNews ? news : undefined;
  }

  #first(): Person[] {
    const people: Person[] = [];
    for (const { id, name } of this.#entries.values()) {
      if (people.push({ id, name }) === SHOWN_PEOPLE) break;
    }
    return people;
  }
}

/** A person who comes back under another name is another line of the lists. */
function lineOf({ id, name }: Person): string {
  return `${id} ${name}`;
}

function idOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

function linesOf(people: readonly Person[]): Set<string> {
  return new Set(people.map(lineOf));
}

/** The first few of either, and how many more there are. */
function cut(
  joined: ReadonlyMap<string, string>,
  left: ReadonlyMap<string, { readonly name: string; readonly reason: string }>,
): Pick<Presence, 'joined' | 'left' | 'moreJoined' | 'moreLeft'> {
  return {
    joined: firstOf(joined.values()),
    left: firstOf(left.values()),
    moreJoined: Math.max(0, joined.size - SHOWN_NAMES),
    moreLeft: Math.max(0, left.size - SHOWN_NAMES),
  };
}

function firstOf<T>(values: Iterable<T>): T[] {
  const first: T[] = [];
  for (const value of values) if (first.push(value) === SHOWN_NAMES) break;
  return first;
}
