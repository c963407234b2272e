/**
 * Follows a stream of the broker, from a place on, in order and each message once. The client makes
 * its consumer anew after a broker's restart; should that fail, or be late, it is seen here: others
 * have heard of a place that this follower has not reached.
 */
import { type ConsumerMessages, DeliverPolicy, type JetStreamClient, type JsMsg } from '@nats-io/jetstream';

/** A place that was heard of and not reached for so many checks makes a new consumer. */
const PATIENCE = 3;

/** One stream, followed. */
export class Follower {
  readonly #js: JetStreamClient;
  readonly #stream: string;
  readonly #onMessage: (message: JsMsg) => void;
  #messages: ConsumerMessages | undefined;
  #generation = 0;
  #last: number;
  #expected = 0;
  #lateSince = 0;
  #waiting: { readonly seq: number; readonly resolve: () => void }[] = [];

  /** @param last - the place behind which the messages are wanted */
  constructor(js: JetStreamClient, stream: string, last: number, onMessage: (message: JsMsg) => void) {
    this.#js = js;
    this.#stream = stream;
    this.#last = last;
    this.#onMessage = onMessage;
  }

  /** The place of the last message. */
  get last(): number {
    return this.#last;
  }

  /** Begins, or begins anew behind the last message. */
  async start(): Promise<void> {
    const generation = ++this.#generation;
    await this.#messages?.close();
    // An ordered push consumer: a pull consumer may be silent for half of a minute after a restart.
    const consumer = await this.#js.consumers.getPushConsumer(this.#stream, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#last + 1,
    });
    if (generation !== this.#generation) return;
    this.#messages = await consumer.consume({
      callback: (message) => {
        if (generation === this.#generation) this.#receive(message);
      },
    });
  }

  async stop(): Promise<void> {
    this.#generation++;
    await this.#messages?.close();
  }

  /** Somebody knows of a message at this place. */
  expect(seq: number): void {
    this.#expected = Math.max(this.#expected, seq);
  }

  /** Resolved when the messages up to a place have come. */
  async reached(seq: number): Promise<void> {
    this.expect(seq);
    if (this.#last >= seq) return;
    await new Promise<void>((resolve) => this.#waiting.push({ seq, resolve }));
  }

  /** To be called every second of a standing connection. */
  async check(): Promise<void> {
    if (this.#expected <= this.#last) this.#lateSince = 0;
    else if (++this.#lateSince > PATIENCE) {
      this.#lateSince = 0;
      await this.start();
    }
  }

  #receive(message: JsMsg): void {
    if (message.seq <= this.#last) return;
    this.#last = message.seq;
    this.#lateSince = 0;
    this.#onMessage(message);
    if (this.#waiting.length === 0) return;
    for (const { seq, resolve } of this.#waiting) if (seq <= this.#last) resolve();
    this.#waiting = this.#waiting.filter(({ seq }) => seq > this.#last);
  }
}
