/**
 * The hub: joins a process's members to the log. Members speak to the log, the log's events go to
 * the room, and the room's news go to all members, each encoded once.
 */
import { PreparedMessage } from '@sanssocket/codec';
import type { ChatLog, Entry, LogListener, Relayed } from './log/chat-log.js';
import { checkName } from './names.js';
import { Outbox } from './outbox.js';
import {
  GOES_ON_ELSEWHERE,
  type Join,
  MAX_NAME_LENGTH,
  type Refused,
  type Said,
  type Say,
  type ServerMessage,
  type Welcome,
} from './protocol.js';
import { Room } from './room.js';
import { type Member, type Seat, Seats } from './seats.js';
import { idOf, isSession, newSession } from './session.js';
import type { Settings } from './settings.js';

export type { Member } from './seats.js';

/** RFC 6455 7.4.1 and IANA's 1012: the client may come back at once. */
const COME_BACK = 1012;
/** The shortest and the longest time for which news are gathered. */
const MIN_GATHERING_MS = 50;
const MAX_GATHERING_MS = 3_000;
/** News to a member may take a tenth of a processor, at 20 microseconds each. */
const GATHERING_MS_PER_MEMBER = 0.2;
/** From there on a name's number is drawn: counting on would cost the square of its bearers. */
const MAX_COUNTED_NAMES = 9;
/** A claim whose coming is not heard after so long is made again. */
const ARRIVAL_MS = 5_000;

/** The place of a process's members in the chat. */
export class Hub implements LogListener {
  readonly #log: ChatLog;
  readonly #settings: Settings;
  readonly #seats: Seats;
  /** People whose leaving the log has not acknowledged yet. */
  readonly #leaving = new Map<string, Promise<void>>();
  #room: Room;
  #news: NodeJS.Timeout | undefined;
  #isAway = false;
  #closed = false;
  /** Gets the messages of other processes. */
  onRelayed: (from: string, message: Relayed) => void = () => {};

  constructor(log: ChatLog, settings: Settings) {
    this.#log = log;
    this.#settings = settings;
    this.#room = new Room(settings);
    this.#seats = new Seats(settings);
  }

  /** Resolved when the room is as the log knows it. */
  async open(): Promise<void> {
    await this.#log.open(this);
  }

  /**
   * Lets a member in: it gets its seat.
   *
   * @param framesKey - for its welcome
   * @returns why it does not, if so
   */
  async join(member: Member, wish: Join, framesKey: string | null): Promise<Refused | undefined> {
    const { epoch } = this.#log;
    const session = isSession(wish.session, epoch) ? wish.session : newSession(epoch);
    const id = idOf(session);
    await this.#leaving.get(id);
    let seat = this.#seats.get(id);
    while (seat === undefined) {
      const refusal = await this.#enter(id, wish.name);
      if (refusal !== undefined) return { type: 'refused', reason: refusal, of: 'join' };
      seat = await this.#seats.arrival(id, ARRIVAL_MS);
    }
    seat.member?.close(GOES_ON_ELSEWHERE, 'this session goes on elsewhere');
    clearTimeout(seat.timer);
    seat.outbox.onEmpty = () => {};
    seat.member = member;
    member.sit(seat, this.#welcome(seat.entry, session, wish, framesKey));
    return undefined;
  }

  /** A member speaks. Its connection had better not be read from while the outbox is full. */
  say({ entry, outbox }: Seat, { text, n }: Say): void {
    const { id, name } = entry;
    if (n <= outbox.lastN || n <= this.#room.lastN(id)) return; // said already, or in line
    outbox.push({ id, name, text, n, at: Date.now() });
  }

  /**
   * A member is gone.
   *
   * @param reason - for the others
   * @param mayReturn - whether its seat is kept for the grace
   */
  leave(member: Member, seat: Seat, reason: string, mayReturn: boolean): void {
    if (seat.member !== member || this.#closed) return;
    seat.member = undefined;
    if (mayReturn) this.#await(seat, reason);
    else this.#release(seat, reason);
  }

  /** Whether there is a broker, and it is away. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /**
   * Ends the part of this process. Its people stay in the log for a moment: they come back to
   * another process, or are found gone.
   */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#news);
    this.#seats.clear();
    await this.#log.close();
  }

  came(entry: Entry): void {
    const before = this.#room.people.get(entry.id);
    const { process } = this.#log;
    this.#room.people.add(entry);
    // One session at two processes at once may claim two names: the last one holds, and the process
    // that has the other gives it back.
    if (before !== undefined && before.key !== entry.key && before.process === process) {
      void this.#log.leave(before, '').catch(() => {});
    }
    if (entry.process === process) {
      if (this.#closed) return;
      const seat = this.#seats.add(entry, () => new Outbox((saying) => this.#log.say(saying)));
      // Until its member sits down: the connection may be gone by now.
      if (seat.member === undefined) this.#await(seat, 'connection lost');
    } else {
      this.#seats.remove(entry.id)?.member?.close(GOES_ON_ELSEWHERE, 'this session goes on elsewhere');
    }
    this.#gather();
  }

  went(entry: Entry, reason: string): void {
    // Another name of a person who stays.
    if (this.#room.people.get(entry.id)?.key !== entry.key) return;
    this.#room.people.remove(entry.id, reason);
    this.#seats.remove(entry.id)?.member?.close(COME_BACK, 'the others took you for gone; come back');
    this.#gather();
  }

  said(said: Said): void {
    const { json, gap } = this.#room.said(said);
    if (gap) this.#broadcast({ type: 'gap' });
    if (json !== undefined) this.#deliver(json);
  }

  away(): void {
    this.#isAway = true;
    this.#broadcast({ type: 'broker', state: 'away' });
  }

  back(): void {
    this.#isAway = false;
    this.#broadcast({ type: 'broker', state: 'back' });
  }

  reset(): void {
    this.#room = new Room(this.#settings);
    for (const { member, outbox } of this.#seats.clear()) {
      outbox.forget();
      member?.close(COME_BACK, 'the history begins anew; come back');
    }
  }

  relayed(from: string, message: Relayed): void {
    this.onRelayed(from, message);
  }

  /**
   * Takes a name for a person: the one it has, or the wished one with a number if that is taken.
   */
  async #enter(id: string, wished: string): Promise<string | undefined> {
    const present = this.#room.people.get(id);
    const { process } = this.#log;
    if (present !== undefined && (await this.#log.claim({ ...present, process }))) return undefined;
    for (let number = 1; ; number++) {
      const checked = checkName(numbered(wished, number));
      if (typeof checked === 'string') return checked;
      const { name, skeleton: key } = checked;
      if (await this.#log.claim({ id, name, key, process })) return undefined;
    }
  }

  #welcome(entry: Entry, session: string, { since, session: old }: Join, framesKey: string | null): string {
    const room = this.#room;
    const isOther = since !== undefined && old !== session;
    const { missed, gap } = isOther ? room.recent() : room.missed(since);
    const welcome: Omit<Welcome, 'missed'> = {
      type: 'welcome',
      id: entry.id,
      name: entry.name,
      session,
      epoch: this.#log.epoch,
      seq: room.seq,
      count: room.people.count,
      people: room.people.first(),
      gap,
      lastN: room.lastN(entry.id),
      framesKey,
    };
    // The missed messages are JSON already.
    return `${JSON.stringify(welcome).slice(0, -1)},"missed":[${missed.join(',')}]}`;
  }

  #await(seat: Seat, reason: string): void {
    clearTimeout(seat.timer);
    seat.timer = setTimeout(() => this.#release(seat, reason), this.#settings.graceMs);
    seat.timer.unref();
  }

  /** Gives a seat up, when everything has been said that was said from it. */
  #release(seat: Seat, reason: string): void {
    const { entry, outbox } = seat;
    const done = (): void => {
      if (seat.member !== undefined || this.#seats.get(entry.id) !== seat) return;
      this.#seats.remove(entry.id);
      const left = this.#log.leave(entry, reason).catch(() => {});
      const leaving = left.then(() => {
        if (this.#leaving.get(entry.id) === leaving) this.#leaving.delete(entry.id);
      });
      this.#leaving.set(entry.id, leaving);
    };
    outbox.onEmpty = done;
    if (outbox.empty) done();
  }

  #gather(): void {
    if (this.#news !== undefined || this.#closed) return;
    const wait = Math.min(MAX_GATHERING_MS, MIN_GATHERING_MS + this.#seats.size * GATHERING_MS_PER_MEMBER);
    this.#news = setTimeout(() => {
      this.#news = undefined;
      const news = this.#room.people.takeNews();
      if (news !== undefined) this.#broadcast(news);
    }, wait);
    this.#news.unref();
  }

  #broadcast(message: ServerMessage): void {
    this.#deliver(JSON.stringify(message));
  }

  #deliver(json: string): void {
    this.#seats.deliver(PreparedMessage.text(json), (seat) => {
      const { member } = seat;
      seat.member = undefined;
      this.#release(seat, 'too slow');
      member?.drop();
    });
  }
}

/** A name for the second and later people of one. */
function numbered(name: string, number: number): string {
  if (number === 1) return name;
  const drawn = number <= MAX_COUNTED_NAMES ? number : Math.floor(10_000 + Math.random() * 90_000);
  const suffix = ` ${drawn}`;
  return [...name].slice(0, MAX_NAME_LENGTH - suffix.length).join('') + suffix;
}
