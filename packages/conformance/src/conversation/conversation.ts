/**
 * Walks the steps of a case over an opened connection, then brings the connection to its end as the
 * case wants it.
 */
import type { DeflateDirection } from '../judge/message-reader.js';
import type { Case, ExchangeStep, FrameSpec, Outcome, Role, Step } from '../model/case.js';
import { expandPayload, firstDifference, octets, octetsInAll } from '../model/payload.js';
import type { DeflateAgreement } from '../opening/deflate-agreement.js';
import { type Corpus, compressSlice, corpusOf } from '../wire/compressed.js';
import { BINARY, CONTINUATION, TEXT, type WrittenFrame, writeFrame, writeOctets } from '../wire/frames.js';
import type { Link } from '../wire/link.js';
import { Endpoint } from './endpoint.js';
import { compareApart, compareEvents, isOptional } from './matching.js';
import type { Recorder } from './record.js';

/** Patience, by the thing that is waited for. */
export interface Patience {
  /** Deadlines of cases are multiplied by this. */
  readonly scale: number;
  /** For the answer to a Close, and for the end of the transport after it. */
  readonly closeMs: number;
  /** Exchanges send all of their messages. */
  readonly isFull: boolean;
}

/** Everything that is judged when all is over. */
export interface Observation {
  readonly endpoint: Endpoint;
  /** The fault of an exchange of messages. */
  readonly problem: string | undefined;
  /** Which deadline came. */
  readonly timeout: 'case' | 'close' | 'transport-end' | undefined;
  readonly durationMs: number;
}

/** One run of one case, from the end of the opening handshake on. */
export class Conversation {
  readonly #case: Case;
  readonly #endpoint: Endpoint;
  readonly #record: Recorder;
  readonly #patience: Patience;
  readonly #deflate: DeflateAgreement | undefined;
  readonly #deadline = new AbortController();
  #problem: string | undefined;
  #timeout: Observation['timeout'];
  /** A step waited for the peer's Close or end, and the next steps are meant to follow it. */
  #expectsEnd = false;

  /**
   * @param link - opened
   * @param rest - the octets read beyond the peer's head
   * @param sentFirst - frames of the first step that went out with the suite's head
   */
  constructor(
    test: Case,
    underTest: Role,
    link: Link,
    rest: Uint8Array,
    deflate: DeflateAgreement | undefined,
    record: Recorder,
    patience: Patience,
    sentFirst: readonly WrittenFrame[] = [],
  ) {
    this.#case = test;
    this.#record = record;
    this.#patience = patience;
    this.#deflate = deflate;
    record.start();
    const octets = octetsInAll(test);
    this.#endpoint = new Endpoint(link, underTest, record, deflate?.[underTest], rest, octets);
    this.#endpoint.recordSent(sentFirst);
  }

  /**
   * Runs the case to its end; the link is gone then.
   *
   * @param skip - leave out the first steps, which were sent with the head
   */
  async run(skip = 0): Promise<Observation> {
    const { signal } = this.#deadline;
    const limit = this.#case.deadlineMs * this.#patience.scale;
    const timer = setTimeout(() => this.#deadline.abort(), limit);
    for (const step of this.#case.steps.slice(skip)) {
      if (signal.aborted || this.#endpoint.isGone || (this.#endpoint.isOver && !this.#expectsEnd)) break;
      await this.#step(step, signal);
    }
    await this.#awaitEnd(signal);
    if (signal.aborted) this.#timeOut('case', `no end within ${limit} ms`);
    clearTimeout(timer);
    await this.#close();
    const { offset, octets } = this.#endpoint.unfinished();
    if (octets.length > 0) this.#record.loose('received', offset, octets);
    this.#record.payload('received', ...this.#endpoint.receivedPayload);
    return {
      endpoint: this.#endpoint,
      problem: this.#problem,
      timeout: this.#timeout,
      durationMs: this.#record.atMs,
    };
  }

  async #step(step: Step, signal: AbortSignal): Promise<void> {
    const endpoint = this.#endpoint;
    switch (step.do) {
      case 'send':
        return endpoint.send(step.frames, step.pace);
      case 'octets':
        return endpoint.octets(expandPayload(step.payload));
      case 'drip':
        return this.#drip(step, signal);
      case 'await':
        await endpoint.until(() => endpoint.events.length >= step.events || endpoint.isOver, signal);
        return;
      case 'pause':
        await this.#pause(step.ms, signal);
        if (step.mark !== undefined && !endpoint.isOver) endpoint.mark(step.mark);
        return;
      case 'await-close':
        this.#expectsEnd = await endpoint.until(
          () => endpoint.remoteClose !== undefined || endpoint.isGone,
          signal,
        );
        return;
      case 'await-eof':
        this.#expectsEnd = await endpoint.until(() => endpoint.hasEnded || endpoint.isGone, signal);
        return;
      case 'end':
        return endpoint.end();
      case 'reset':
        return endpoint.reset();
      case 'stop-reading':
        endpoint.setReading(false);
        await new Promise((resolve) => setTimeout(resolve, step.ms));
        return endpoint.setReading(true);
      case 'exchange': {
        const deflate = this.#deflate?.[endpoint.underTest === 'server' ? 'client' : 'server'];
        this.#problem ??= await exchange(
          step,
          endpoint,
          this.#record,
          deflate,
          signal,
          this.#patience.isFull,
        );
      }
    }
  }

  async #drip(step: Step & { do: 'drip' }, signal: AbortSignal): Promise<void> {
    const endpoint = this.#endpoint;
    const { octets, record } = writeFrame(step.frame, endpoint.underTest);
    let at = 0;
    for (const [nth, size] of step.sizes.entries()) {
      const end = (nth === 0 ? record.header.length : at) + size;
      endpoint.octets(octets.subarray(at, end), end === octets.length);
      at = end;
      const mark = step.marks[nth];
      if (mark === undefined) continue;
      await this.#pause(step.ms, signal);
      if (endpoint.isOver || signal.aborted) return;
      endpoint.mark(mark);
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#endpoint.until(() => this.#endpoint.isOver && !this.#expectsEnd, signal, ms);
  }

  /** Waits until nothing more is to come, as far as that can be known. */
  async #awaitEnd(signal: AbortSignal): Promise<void> {
    const endpoint = this.#endpoint;
    if (this.#problem !== undefined || endpoint.localClose !== undefined) return;
    await endpoint.until(() => endpoint.isOver || this.#isComplete(), signal);
  }

  /**
   * Whether the suite may close: an outcome in which it closes first is there, or none can come any
   * more.
   */
  #isComplete(): boolean {
    const fits = this.#case.outcomes.map((outcome) => ({ outcome, fit: this.#fit(outcome) }));
    if (fits.every(({ fit }) => fit === 'never')) return true;
    const isBestLost = fits[0]?.fit === 'never';
    return fits.some(({ outcome: { events, close }, fit }, nth) => {
      if (fit !== 'now' || close.by === 'endpoint') return false;
      // An outcome of nothing, or of anything, is there from the start: while a better one may come
      // it is waited for.
      return nth === 0 || isBestLost || (Array.isArray(events) && !events.every(isOptional));
    });
  }

  #fit({ events }: Outcome): 'now' | 'later' | 'never' {
    if (events === 'any') return 'now';
    if (events === 'exchanged') return this.#problem === undefined ? 'now' : 'never';
    const fit = compareEvents(events, this.#endpoint.events);
    return fit === 'never' ? compareApart(events, this.#endpoint.events) : fit;
  }

  /** 7.1: closes, or answers the peer's Close, and sees the transport to its end. */
  async #close(): Promise<void> {
    const endpoint = this.#endpoint;
    const isServer = endpoint.underTest === 'client';
    if (endpoint.faults.length > 0 && endpoint.remoteClose === undefined) await endpoint.sendClose(1002);
    else if (endpoint.remoteClose !== undefined) await this.#answerClose();
    else if (!endpoint.hasEnded) await endpoint.sendClose(1000);
    const { signal } = new AbortController();
    const { closeMs } = this.#patience;
    if (!endpoint.hasEnded && !endpoint.isGone) {
      const isAnswered = () => endpoint.remoteClose !== undefined || endpoint.hasEnded || endpoint.isGone;
      if (!(await endpoint.until(isAnswered, signal, closeMs))) {
        this.#timeOut('close', `the Close was not answered within ${closeMs} ms`);
        return endpoint.drop();
      }
      // 7.1.1: the server ends the transport first.
      if (isServer) endpoint.end();
      else if (!(await endpoint.until(() => endpoint.hasEnded || endpoint.isGone, signal, closeMs))) {
        this.#timeOut('transport-end', `the server did not end the transport within ${closeMs} ms`);
      }
    }
    endpoint.end();
    if (!(await endpoint.until(() => endpoint.isGone, signal, closeMs / 2))) endpoint.drop();
  }

  /** 5.5.1: the code that came is sent back, if it is one that may be. */
  async #answerClose(): Promise<void> {
    const code = this.#endpoint.remoteClose?.code;
    await this.#endpoint.sendClose(code !== undefined && this.#endpoint.faults.length === 0 ? code : 1000);
  }

  #timeOut(which: NonNullable<Observation['timeout']>, text: string): void {
    this.#timeout ??= which;
    this.#record.note(text);
  }
}

// ---- The step `exchange` ----
// Many messages, each sent when the one before has come back as it was.

/**
 * Runs one.
 *
 * @param step - the messages to send
 * @param deflate - the suite's direction, if permessage-deflate was agreed
 * @param signal - the case's deadline
 * @param isFull - all messages are sent, also if fewer were enough
 * @returns the fault, in words; undefined if every message came back
 */
async function exchange(
  step: ExchangeStep,
  endpoint: Endpoint,
  record: Recorder,
  deflate: DeflateDirection | undefined,
  signal: AbortSignal,
  isFull: boolean,
): Promise<string | undefined> {
  const corpus = corpusOf(step.from);
  let expected: Uint8Array = new Uint8Array(0);
  let problem: string | undefined;
  let echoed = 0;
  endpoint.taker = (type, bytes) => {
    problem ??= difference(step, echoed, expected, type, bytes);
    echoed++;
    return true;
  };
  const most = isFull
    ? step.count
    : Math.min(step.count, Math.ceil((step.enoughBytes ?? Infinity) / step.size));
  for (let nth = 0; nth < most; nth++) {
    expected = corpus.slice(nth, step.size);
    await endpoint.write(messageFrames(step, corpus, nth, endpoint, deflate, record), 'whole');
    await endpoint.until(() => echoed > nth || endpoint.isOver, signal);
    if (problem !== undefined) break;
    if (echoed <= nth) {
      problem = `message ${nth + 1} of ${most} was not echoed`;
      break;
    }
  }
  endpoint.taker = undefined;
  return problem;
}

function messageFrames(
  step: ExchangeStep,
  corpus: Corpus,
  nth: number,
  { underTest }: Endpoint,
  deflate: DeflateDirection | undefined,
  record: Recorder,
): WrittenFrame[] {
  const message = corpus.slice(nth, step.size);
  const isCompressed = step.compress === true && deflate !== undefined;
  const payload = isCompressed ? compressSlice(corpus, nth, step.size, deflate) : message;
  record.payload('sent', payload.length, message.length);
  const first: FrameSpec = { opcode: step.type === 'text' ? TEXT : BINARY, rsv: isCompressed ? 4 : 0 };
  return fragments(first, payload, step.fragment).map(([spec, piece]) => writeOctets(spec, piece, underTest));
}

/**
 * As the old suite cuts messages: all frames full, and an empty last one if the length is a
 * multiple of theirs.
 */
function fragments(
  first: FrameSpec,
  payload: Uint8Array,
  size: number | undefined,
): [FrameSpec, Uint8Array][] {
  if (size === undefined || payload.length <= size) return [[first, payload]];
  const frames: [FrameSpec, Uint8Array][] = [];
  for (let at = 0; at <= payload.length; at += size) {
    const spec = at === 0 ? first : { opcode: CONTINUATION };
    frames.push([{ ...spec, fin: at + size > payload.length }, payload.subarray(at, at + size)]);
  }
  return frames;
}

function difference(
  step: ExchangeStep,
  nth: number,
  expected: Uint8Array,
  type: 'text' | 'binary',
  bytes: Uint8Array,
): string | undefined {
  if (type !== step.type) return `message ${nth + 1} came back as ${type}`;
  // Node's comparison is the machine's; where the difference is does not matter until there is one.
  if (Buffer.compare(expected, bytes) === 0) return undefined;
  const at = firstDifference(expected, bytes);
  return `message ${nth + 1} of ${octets(expected.length)} came back with ${bytes.length}, different from octet ${at} on`;
}
