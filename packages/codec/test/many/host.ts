/**
 * One end of a connection with all that its host does: it writes output to a wire, gives what comes in chunks of its own,
 * overwrites whatever it may at once, and remembers what was said, heard and kept, to compare every byte.
 */
import assert from 'node:assert/strict';
import {
  type CloseInfo,
  Connection,
  type ConnectionConfig,
  type ConnectionHandlers,
  type MessageExtension,
  type MessageOpcode,
  type MessageWriter,
  TEXT,
} from '../../src/index.js';
import { only } from '../endpoint.js';
import { copy, type MemoryKind, place, same, utf8 } from './payloads.js';
import type { End } from './settings.js';
import { Wire } from './wire.js';

/** What a sink throws. */
export class SinkError extends Error {}

/** What a host does when it has heard of an event; `feed` lets another connection read inside of it. */
export type Reaction = 'none' | 'pause' | 'blink' | 'throw' | 'feed' | 'answer';
/** What becomes of a chunk of output that has been written. */
export type Written = 'forget' | 'reuse' | 'reuse late' | 'reuse twice' | 'hold';

export interface Habits {
  readonly chunks: MemoryKind;
  readonly reactions: readonly Reaction[];
  readonly written: readonly Written[];
  /** Whether binary messages in memory of their own are transferred away. */
  readonly transfers: boolean;
  /** Whether the connection is given its chunks for good. */
  readonly givesChunks: boolean;
}

interface Message {
  readonly text: boolean;
  readonly bytes: Uint8Array;
}

interface Snapshot {
  readonly bytes: Uint8Array;
  readonly was: Uint8Array;
}

/** How often a host sends something back from inside of an event. */
const MAX_ANSWERS = 6;
const BY_REFERENCE_BYTES = 4096;
const OVERWRITTEN = 0xee;

/** Whether bytes stand in others. */
function isWithin(bytes: Uint8Array, others: Uint8Array): boolean {
  const at = bytes.byteOffset - others.byteOffset;
  return bytes.buffer === others.buffer && at >= 0 && at < others.length;
}

/** A host of one connection. */
export class Host {
  readonly connection: Connection;
  readonly config: ConnectionConfig;
  /** What it has written and the other end has not been given yet. */
  readonly wire = new Wire();
  readonly outcomes: CloseInfo[] = [];
  /** Lets some other connection read. */
  feed: () => void = () => {};
  /** What went wrong where nobody could be thrown at. */
  problem: unknown;
  /** The message in fragments under way, and its bytes so far. */
  fragments: { message: MessageWriter; text: boolean; parts: Uint8Array[] } | null = null;
  readonly #habits: Habits;
  readonly #extended: boolean;
  readonly #said: Message[] = [];
  readonly #pings: Uint8Array[] = [];
  #other!: Host;
  #heard = 0;
  #heardPings = 0;
  #events = 0;
  #answers = 0;
  #writes = 0;
  /** How many events are being told. */
  #inside = 0;
  #pieces: Uint8Array[] = [];
  #opcode: MessageOpcode = TEXT;
  /** What must be as it was, to the end: messages kept, chunks held, payloads that are not overwritten. */
  readonly #kept: Snapshot[] = [];
  /** Payloads that may be queued by reference, until they are written. */
  readonly #referenced: Snapshot[] = [];
  #late: Snapshot[] = [];
  #spent: Uint8Array[] = [];

  constructor({ config, messages }: End, habits: Habits, extensions: readonly MessageExtension[]) {
    this.config = config;
    this.#habits = habits;
    this.#extended = extensions.length > 0;
    this.connection = new Connection(config, only(messages, this.#sink()), extensions);
  }

  meet(other: Host): void {
    this.#other = other;
  }

  // Saying.

  /**
   * Sends a payload, and overwrites it as soon as it may.
   *
   * @param send - what to do with it; gives whether it was sent
   * @param keep - whether it is left as it is instead, and must stay so
   */
  send(payload: Uint8Array, text: boolean, send: (payload: Uint8Array) => boolean, keep: boolean): void {
    const was = copy(payload);
    if (this.connection.state === 'open' && this.fragments !== null) {
      assert.throws(() => send(payload), /under way/);
      return;
    }
    if (send(payload)) this.#said.push({ text, bytes: was });
    this.#letGo(payload, was, keep);
  }

  sendText(text: string): void {
    if (this.fragments === null && this.connection.sendText(text))
      this.#said.push({ text: true, bytes: utf8(text) });
  }

  /** Begins a message in fragments, goes on with it, or ends it. */
  sendFragment(piece: string | Uint8Array, last: boolean, keep: boolean): void {
    const text = typeof piece === 'string';
    if (this.fragments === null) {
      const message = text ? this.connection.textWriter() : this.connection.binaryWriter();
      this.fragments = { message, text, parts: [] };
    }
    const { fragments } = this;
    const payload = fragments.text === text ? piece : text ? utf8(piece) : '';
    const was = typeof payload === 'string' ? utf8(payload) : copy(payload);
    const sent = last ? fragments.message.end(payload) : fragments.message.write(payload);
    fragments.parts.push(was);
    if (typeof payload !== 'string') this.#letGo(payload, was, keep);
    if (last || !sent) this.fragments = null;
    if (last && sent) this.#said.push({ text: fragments.text, bytes: Buffer.concat(fragments.parts) });
  }

  ping(payload: Uint8Array): void {
    const was = copy(payload);
    if (this.connection.ping(payload)) this.#pings.push(was);
    payload.fill(OVERWRITTEN);
  }

  #letGo(payload: Uint8Array, was: Uint8Array, keep: boolean): void {
    assert(same(payload, was), 'a payload was changed by sending it');
    if (keep) this.#kept.push({ bytes: payload, was });
    else if (!this.#extended && this.connection.bufferedAmount > 0 && payload.length >= BY_REFERENCE_BYTES)
      this.#referenced.push({ bytes: payload, was });
    else payload.fill(OVERWRITTEN);
  }

  // Writing.

  /** Writes chunks of output; gives whether there were any. */
  write(chunks: number): boolean {
    this.#reuseLate();
    for (let i = 0; i < chunks; i++) {
      const before = this.connection.bufferedAmount;
      const chunk = this.connection.dataToSend();
      if (chunk === undefined) return i > 0;
      const was = copy(chunk);
      // Answers to pings that were held back are made when the rest has been taken.
      assert(this.connection.bufferedAmount >= before - was.length);
      this.wire.push(was);
      if (!this.#referenced.some(({ bytes }) => isWithin(chunk, bytes))) this.#dispose(chunk, was);
      if (this.connection.bufferedAmount === 0) this.#overwriteReferenced();
    }
    return true;
  }

  #dispose(chunk: Uint8Array, was: Uint8Array): void {
    const { written } = this.#habits;
    const habit = written[this.#writes++ % written.length]!;
    if (habit === 'hold') this.#kept.push({ bytes: chunk, was });
    else if (habit === 'reuse late') this.#late.push({ bytes: chunk, was });
    else if (habit !== 'forget') this.connection.recycleOutput(chunk);
    if (habit === 'reuse twice') this.#spent.push(chunk);
  }

  #reuseLate(): void {
    for (const { bytes, was } of this.#late) {
      assert(same(bytes, was), 'a chunk of output was changed before it was given back');
      this.connection.recycleOutput(bytes);
    }
    this.#late = [];
    // A host that errs: checked memory says so, and nothing else may happen.
    for (const chunk of this.#spent) {
      try {
        this.connection.recycleOutput(chunk);
      } catch (error) {
        assert.match(String(error), /given back twice/);
      }
    }
    this.#spent = [];
  }

  #overwriteReferenced(): void {
    for (const { bytes, was } of this.#referenced.splice(0)) {
      assert(same(bytes, was), 'a payload was changed before it was written');
      bytes.fill(OVERWRITTEN);
    }
  }

  // Reading.

  /** Gives the connection the next bytes of the other end's wire, as a chunk; false if there are none, or it must not. */
  read(bytes: number): boolean {
    if (this.#inside > 0) return false;
    const next = this.#other.wire.take(bytes);
    if (next === undefined) return false;
    const chunk = place(next, this.#habits.chunks);
    const given = this.#habits.givesChunks;
    this.#call(() => this.connection.receive(chunk, given));
    if (this.config.transferInput || given) return true;
    assert(same(chunk, next), 'a chunk was changed');
    chunk.fill(OVERWRITTEN);
    return true;
  }

  /** Goes on with what waits; false if the sink threw, and more may wait still. */
  resume(): boolean {
    return this.#inside > 0 || this.#call(() => this.connection.resume());
  }

  /** Calls something that may call the sink; false if that threw. */
  #call(call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (error instanceof SinkError) return false;
      throw error;
    }
  }

  #sink(): ConnectionHandlers {
    return {
      text: (text) => this.#event(() => this.#hear(true, utf8(text)), null),
      binary: (bytes) =>
        this.#event(() => {
          this.#hear(false, bytes);
          this.#keep(bytes);
        }, bytes),
      bytes: (opcode, bytes) =>
        this.#event(() => {
          this.#hear(opcode === TEXT, bytes);
          this.#keep(bytes);
        }, bytes),
      message: (opcode, { bytes, start, end }) =>
        this.#borrowed(bytes, start, end, () => {
          this.#hear(opcode === TEXT, bytes.subarray(start, end));
          this.#answer(
            () => this.connection.sendSlice(opcode, { bytes, start, end }),
            opcode === TEXT,
            bytes,
            start,
            end,
          );
        }),
      messageStart: (opcode) =>
        this.#event(() => {
          this.#opcode = opcode;
          this.#pieces = [];
        }, null),
      messageData: ({ bytes, start, end }) =>
        this.#borrowed(bytes, start, end, () => this.#pieces.push(copy(bytes, start, end))),
      messageEnd: () =>
        this.#event(() => this.#hear(this.#opcode === TEXT, Buffer.concat(this.#pieces)), null),
      ping: (payload) => this.#event(() => this.#hearPing(payload), null),
      pong: () => this.#event(() => {}, null),
      closeReceived: () => this.#event(() => {}, null),
      close: (outcome) => {
        this.outcomes.push(outcome);
      },
      error: (error) => {
        if (!(error instanceof SinkError)) this.problem ??= error;
      },
    };
  }

  /** An event is told; what it gave is compared first, and then the host reacts. */
  #event(hear: () => void, message: Uint8Array | null): void {
    assert.equal(this.outcomes.length, 0, 'called after the terminal event');
    this.#inside++;
    try {
      hear();
      this.#react(message);
    } finally {
      this.#inside--;
    }
  }

  /** An event with bytes that are borrowed until it returns: so long they are what they were, whatever the host does. */
  #borrowed(bytes: Uint8Array, start: number, end: number, hear: () => void): void {
    const was = copy(bytes, start, end);
    try {
      this.#event(hear, null);
    } finally {
      if (!same(bytes.subarray(start, end), was)) this.problem ??= new Error('borrowed bytes changed');
    }
  }

  #hear(text: boolean, bytes: Uint8Array): void {
    const said = this.#other.#said[this.#heard++];
    assert(said !== undefined, 'more was heard than was said');
    assert.equal(text, said.text, 'another kind of message');
    assert(
      same(bytes, said.bytes),
      `message ${this.#heard} of ${said.bytes.length} bytes, not as it was said`,
    );
  }

  #hearPing(bytes: Uint8Array): void {
    assert(same(bytes, this.#other.#pings[this.#heardPings++]!), 'a ping that is not as it was said');
  }

  /** Keeps a message to the end, in other memory if this one is the host's to transfer. */
  #keep(bytes: Uint8Array): void {
    const was = copy(bytes);
    const { buffer } = bytes;
    const transfers =
      this.#habits.transfers &&
      !this.config.transferInput &&
      !this.#habits.givesChunks &&
      buffer.byteLength === bytes.length;
    if (transfers && buffer instanceof ArrayBuffer) {
      this.#kept.push({ bytes: new Uint8Array(structuredClone(buffer, { transfer: [buffer] })), was });
    } else this.#kept.push({ bytes, was });
  }

  #answer(send: () => boolean, text: boolean, bytes: Uint8Array, start: number, end: number): void {
    const { reactions } = this.#habits;
    if (reactions[this.#events % reactions.length] !== 'answer' || this.#answers >= MAX_ANSWERS) return;
    if (this.fragments !== null) return;
    const was = copy(bytes, start, end);
    this.#answers++;
    if (send()) this.#said.push({ text, bytes: was });
  }

  #react(message: Uint8Array | null): void {
    if (message !== null && message.byteLength > 0)
      this.#answer(() => this.connection.sendBinary(message), false, message, 0, message.length);
    const { reactions } = this.#habits;
    const reaction = reactions[this.#events++ % reactions.length]!;
    if (reaction === 'pause' || reaction === 'blink') this.connection.pause();
    if (reaction === 'blink') this.connection.resume();
    if (reaction === 'feed') this.feed();
    if (reaction === 'throw') throw new SinkError();
  }

  // At the end.

  /** Whether something is still to come without anybody doing anything. */
  get pending(): boolean {
    return this.connection.paused || this.connection.bufferedAmount > 0;
  }

  /** What must be true when all has arrived. */
  check(): void {
    if (this.problem !== undefined) throw this.problem;
    this.#reuseLate();
    for (const { bytes, was } of [...this.#kept, ...this.#referenced]) {
      assert(same(bytes, was), `${was.length} bytes changed in the hands of the one whose they are`);
    }
  }

  /** All that the other end said has been heard. */
  checkHeard(): void {
    assert.equal(this.#heard, this.#other.#said.length, 'messages are missing');
    assert.equal(this.#heardPings, this.#other.#pings.length, 'pings are missing');
  }
}
