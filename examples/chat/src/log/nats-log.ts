/**
 * The log at a broker, NATS with JetStream: a stream of the things said, one of the people ({@link
 * NatsPeople}), and messages between processes that nobody keeps. The broker may go away and come
 * back at any time: what is appended is repeated until it is acknowledged.
 */
import { randomUUID } from 'node:crypto';
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { HistoryLimits } from '../history.js';
import type { Said } from '../protocol.js';
import { parseBroker } from './broker-address.js';
import type { ChatLog, Entry, LogListener, Relayed, Saying } from './chat-log.js';
import { Follower } from './nats-follower.js';
import { connectToBroker, pause, reasonOf } from './nats-link.js';
import { isConflict, NatsPeople, PEOPLE_STREAM, PEOPLE_SUBJECTS } from './nats-people.js';
import { Pulse } from './nats-pulse.js';

const SAID_STREAM = 'CHAT';
const SAID = 'chat.said';
const RELAY = 'chat.relay.';
/** An attempt without an answer is repeated after so long. */
const ANSWER_MS = 1_000;
const RETRY_MS = 200;
/** The broker knows a copy of something said for so long; the room does later. */
const COPIES_KNOWN_NS = 120 * 1_000_000_000;
/** As much is kept at the broker: several times the history of a process. */
const KEPT_MESSAGES = 10_000;
const KEPT_BYTES = 64 * 1024 * 1024;
/** So often old marks of names are taken away. */
const FORGETTING_MS = 600_000;
/** As many people of a process that is gone are taken out at the same time. */
const AT_ONCE = 50;

/** The end of an absence of the broker. */
interface Away {
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** The log of a process that has a broker. */
export class NatsLog implements ChatLog {
  readonly process: string = randomUUID().slice(0, 13);
  epoch = '';
  readonly #settings: HistoryLimits;
  readonly #tell: (line: string) => void;
  readonly #broker: ReturnType<typeof parseBroker>;
  readonly #stop = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #listener!: LogListener;
  #connection!: NatsConnection;
  #js!: JetStreamClient;
  #manager!: JetStreamManager;
  #said!: Follower;
  #followed!: Follower;
  #people!: NatsPeople;
  #pulse!: Pulse;
  /** While the broker is away: resolved when it is back, with the streams that were known. */
  #away: Away | undefined;
  #breaks = 0;
  /** Whether the streams are followed, and not only being looked for. */
  #isBegun = false;

  /**
   * @param broker - `nats://HOST:PORT`
   * @param tell - gets lines about a broker that is not there
   * @throws Error for an address that is none
   */
  constructor(broker: string, settings: HistoryLimits, tell: (line: string) => void) {
    this.#broker = parseBroker(broker);
    this.#settings = settings;
    this.#tell = tell;
  }

  async open(listener: LogListener): Promise<void> {
    this.#listener = listener;
    const connection = await connectToBroker(this.#broker, this.#tell, this.#stop.signal);
    this.#connection = connection;
    this.#js = jetstream(connection, { timeout: ANSWER_MS });
    this.#manager = await jetstreamManager(connection, { timeout: ANSWER_MS, checkAPI: false });
    this.#pulse = new Pulse(connection, this.process);
    void this.#watchConnection();
    connection.subscribe(RELAY + this.process, {
      callback: (error, message) => {
        if (error !== null) return;
        const { from, relayed } = message.json<{ from: string; relayed: Relayed }>();
        listener.relayed(from, relayed);
      },
    });
    await this.#begin();
    this.#pulse.onPlaces = (said, people) => {
      this.#said.expect(said);
      this.#followed.expect(people);
    };
    this.#every(1_000, () => this.#beat());
    this.#every(FORGETTING_MS, () => this.#people.forget(Date.now()));
  }

  claim(entry: Entry): Promise<boolean> {
    return this.#people.claim(entry);
  }

  leave(entry: Entry, reason: string): Promise<void> {
    return this.#people.leave(entry, reason);
  }

  async say(saying: Saying): Promise<void> {
    const { id, n } = saying;
    const payload = JSON.stringify(saying);
    const { seq } = await this.#repeat(() => this.#js.publish(SAID, payload, { msgID: `${id}:${n}` }));
    this.#said.expect(seq);
  }

  relay(to: string, relayed: Relayed): void {
    if (this.#connection.isClosed()) return;
    this.#connection.publish(RELAY + to, JSON.stringify({ from: this.process, relayed }));
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the log is closed'));
    this.#away?.end();
    this.#away = undefined;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#connection?.close();
  }

  /** Finds or makes the streams, and follows them until this process knows how things stand. */
  async #begin(): Promise<void> {
    this.#isBegun = false;
    const info = await this.#streams();
    this.epoch = Date.parse(info.created).toString(36);
    const { first_seq: first, last_seq: last } = info.state;
    const behind = Math.max(first - 1, last - this.#settings.historyMessages, 0);
    this.#people = new NatsPeople(this.#js, this.#manager, this.#repeat, {
      came: (entry) => this.#listener.came(entry),
      went: (entry, reason) => this.#listener.went(entry, reason),
      process: (id, isThere) => this.#onProcess(id, isThere),
    });
    const people = this.#people;
    this.#followed = new Follower(this.#js, PEOPLE_STREAM, 0, (message) => people.receive(message));
    this.#said = new Follower(this.#js, SAID_STREAM, behind, (message) => this.#onSaid(message));
    await this.#repeat(() => this.#followed.start());
    await this.#repeat(() => this.#said.start());
    // The place of this message is behind everything that was known of people when it was stored.
    await this.#followed.reached(await this.#people.process(this.process, true));
    if (last > behind) await this.#said.reached(last);
    this.#isBegun = true;
  }

  /** @returns the stream of the things said */
  async #streams() {
    const kept = { storage: StorageType.File, retention: RetentionPolicy.Limits };
    await this.#stream({
      ...kept,
      name: PEOPLE_STREAM,
      subjects: PEOPLE_SUBJECTS,
      max_msgs_per_subject: 1,
    });
    return this.#stream({
      ...kept,
      name: SAID_STREAM,
      subjects: [SAID],
      max_msgs: KEPT_MESSAGES,
      max_bytes: KEPT_BYTES,
      duplicate_window: COPIES_KNOWN_NS,
    });
  }

  async #stream(config: Parameters<JetStreamManager['streams']['add']>[0]) {
    let told = '';
    return this.#repeat(async () => {
      try {
        return await this.#manager.streams.info(config.name).catch((error) => {
          if (error instanceof JetStreamApiError) return this.#manager.streams.add(config);
          throw error;
        });
      } catch (error) {
        const reason = reasonOf(error);
        if (reason !== told)
          this.#tell(`the broker gives no stream ${config.name} (${reason}); trying again`);
        told = reason;
        throw new Error(reason, { cause: error });
      }
    });
  }

  /** Silence and breaks are not the end, nor are refusals, but one: somebody else was first. */
  readonly #repeat = async <T>(attempt: () => Promise<T>): Promise<T> => {
    const { signal } = this.#stop;
    for (;;) {
      while (this.#away !== undefined) await this.#away.over;
      signal.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        if (isConflict(error)) throw error;
      }
      await pause(RETRY_MS, signal);
    }
  };

  async #watchConnection(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'disconnect') this.#onAway();
      else if (type === 'reconnect') void this.#onBack();
    }
  }

  #onAway(): void {
    this.#breaks++;
    this.#pulse.pause();
    if (this.#away !== undefined) return;
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#away = { over, end };
    this.#listener.away();
  }

  /** A broker may come back without its store, or with an older one. */
  async #onBack(): Promise<void> {
    const breaks = this.#breaks;
    const { signal } = this.#stop;
    while (!signal.aborted && this.#breaks === breaks) {
      try {
        const isSame = !this.#isBegun || (await this.#isSame());
        if (this.#breaks !== breaks) return;
        this.#pulse.resume();
        this.#away?.end();
        this.#away = undefined;
        if (!isSame) await this.#beginAnew();
        this.#listener.back();
        return;
      } catch {
        await pause(RETRY_MS, signal);
      }
    }
  }

  async #isSame(): Promise<boolean> {
    const same = async (stream: string, follower: Follower, epoch?: string): Promise<boolean> => {
      const info = await this.#manager.streams.info(stream).catch((error: unknown) => {
        if (error instanceof JetStreamApiError) return undefined;
        throw error;
      });
      if (info === undefined || info.state.last_seq < follower.last) return false;
      follower.expect(info.state.last_seq);
      return epoch === undefined || Date.parse(info.created).toString(36) === epoch;
    };
    return (await same(PEOPLE_STREAM, this.#followed)) && (await same(SAID_STREAM, this.#said, this.epoch));
  }

  async #beginAnew(): Promise<void> {
    await Promise.all([this.#said.stop(), this.#followed.stop()]);
    this.#listener.reset();
    await this.#begin();
  }

  #onSaid(message: JsMsg): void {
    const { id, name, text, at, n } = message.json<Saying>();
    const said: Said = { type: 'said', id, name, text, at, seq: message.seq, n };
    this.#listener.said(said);
  }

  #onProcess(id: string, isThere: boolean): void {
    if (isThere) this.#pulse.add(id);
    else if (id === this.process) void this.#people.process(id, true).catch(() => {});
    else this.#pulse.remove(id);
  }

  /** Once a second: says that this process is there, and finds those that are not. */
  async #beat(): Promise<void> {
    const gone = this.#pulse.beat(this.#said.last, this.#followed.last);
    if (this.#connection.isClosed() || this.#pulse.isPaused) return;
    await Promise.all([this.#said.check(), this.#followed.check()]);
    for (const id of gone) await this.#takeOut(id);
  }

  /** All others do the same: each person is taken out once. */
  async #takeOut(process: string): Promise<void> {
    const people = this.#people.of(process);
    for (let next = 0; next < people.length; next += AT_ONCE) {
      const some = people.slice(next, next + AT_ONCE);
      await Promise.all(some.map((entry) => this.#people.leave(entry, 'connection lost')));
    }
    await this.#people.process(process, false);
  }

  #every(ms: number, action: () => Promise<void>): void {
    const timer = setInterval(() => void action().catch(() => {}), ms);
    timer.unref();
    this.#timers.push(timer);
  }
}
