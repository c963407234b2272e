/** The record of one conversation, and the result that is made of it. */
import type { FaultCode } from '../judge/faults.js';
import type { Case, Role, Verdict } from '../model/case.js';
import {
  type CaseResult,
  type CloseReport,
  type FrameRecord,
  type HandshakeReport,
  KEPT_BYTES,
  KEPT_FRAMES,
  type LogEntry,
  type PeerFault,
  type Traffic,
  type TrafficReport,
  type Way,
} from '../model/result.js';
import type { OpeningFault } from '../opening/faults.js';
import type { Observation } from './conversation.js';
import { closeReport, judge } from './verdict.js';

// ---- The record ----
// The record of one conversation: frames both ways with their times, notes between them, and
// counts.

/** A peer that sends nothing else must not fill memory. */
const KEPT_CONTROL_FRAMES = 10 * KEPT_FRAMES;

interface Counts {
  bytes: number;
  readonly octets: Map<number, number>;
  readonly frames: Map<number, number>;
  wirePayload: number;
  messagePayload: number;
}

/** Octets of a frame, as they are recorded. */
export type RecordedFrame = Omit<FrameRecord, 'way' | 'atMs' | 'offset'>;

/** Writes down every event, up to a bound. */
export class Recorder {
  readonly entries: LogEntry[] = [];
  readonly #onEntry: ((entry: LogEntry) => void) | undefined;
  readonly #counts = { sent: counts(), received: counts() };
  readonly #logged = { sent: 0, received: 0 };
  #notLogged = 0;
  #notes = 0;
  #start: number = performance.now();

  /** @param onEntry - told of each entry as it is written */
  constructor(onEntry?: (entry: LogEntry) => void) {
    this.#onEntry = onEntry;
  }

  /** The opening handshake is over: times count from here. */
  start(): void {
    this.#start = performance.now();
  }

  /** Milliseconds since the end of the opening handshake. */
  get atMs(): number {
    return Math.round((performance.now() - this.#start) * 1000) / 1000;
  }

  /** Octets of one read or write. */
  octets(way: Way, size: number): void {
    const counts = this.#counts[way];
    counts.bytes += size;
    counts.octets.set(size, (counts.octets.get(size) ?? 0) + 1);
  }

  /** A whole frame. */
  frame(way: Way, offset: number, frame: RecordedFrame): void {
    const counts = this.#counts[way];
    counts.frames.set(frame.opcode, (counts.frames.get(frame.opcode) ?? 0) + 1);
    // Control frames are worth a line for longer.
    if (this.#logged[way] >= (frame.opcode < 8 ? KEPT_FRAMES : KEPT_CONTROL_FRAMES)) {
      this.#notLogged++;
      return;
    }
    this.#logged[way]++;
    this.#add({
      kind: 'frame',
      way,
      atMs: this.atMs,
      offset,
      ...frame,
      header: firstOf(frame.header),
      payload: firstOf(frame.payload),
    });
  }

  /** Octets that are no whole frame. */
  loose(way: Way, offset: number, bytes: Uint8Array): void {
    const { atMs } = this;
    this.#add({ kind: 'octets', way, atMs, offset, bytes: firstOf(bytes), length: bytes.length });
  }

  /** Something else that happened. */
  note(text: string): void {
    if (this.#notes++ >= KEPT_CONTROL_FRAMES) return;
    this.#add({ kind: 'note', atMs: this.atMs, text });
  }

  /** A rule that the endpoint broke. */
  fault(fault: PeerFault & { readonly code: FaultCode | string }): void {
    this.#add({ kind: 'fault', atMs: this.atMs, fault });
  }

  /** Payload octets of data messages. */
  payload(way: Way, wire: number, message: number): void {
    this.#counts[way].wirePayload += wire;
    this.#counts[way].messagePayload += message;
  }

  /** The counts so far. */
  traffic(): TrafficReport {
    const { sent, received } = this.#counts;
    return { sent: { ...sent }, received: { ...received }, framesNotLogged: this.#notLogged };
  }

  #add(entry: LogEntry): void {
    this.entries.push(entry);
    this.#onEntry?.(entry);
  }
}

function counts(): Counts & Traffic {
  return { bytes: 0, octets: new Map(), frames: new Map(), wirePayload: 0, messagePayload: 0 };
}

/** A copy of the part of a payload that is kept, so that the rest can go. */
export function firstOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.subarray(0, KEPT_BYTES));
}

// ---- The result ----
// Results, put together from the parts that know them.

/** The subject of a result. */
export interface Subject {
  readonly test: Case;
  readonly role: Role;
  readonly agent: string;
  readonly startedAt: number;
  readonly handshake: HandshakeReport;
  readonly record: Recorder;
}

/** The result of a case that was run to its end. */
export function resultOf(subject: Subject, observation: Observation): CaseResult {
  const { endpoint, durationMs } = observation;
  const events = endpoint.events.map(({ payload: _, ...event }) => event);
  const fault = endpoint.faults.find(({ verdict }) => verdict === 'FAILED') ?? endpoint.faults[0];
  return {
    ...base(subject),
    ...judge(subject.test, observation),
    fault,
    events,
    close: closeReport(observation),
    durationMs,
  };
}

/** The result of a case that its opening handshake decided. */
export function openingResult(
  subject: Subject,
  verdict: Verdict,
  explanation: string,
  section: string = subject.test.section,
): CaseResult {
  const closeBehavior = verdict === 'FAILED' ? 'FAILED' : 'OK';
  const isAnswered = subject.handshake.response !== '';
  return {
    ...base(subject),
    verdict,
    behavior: verdict,
    closeBehavior,
    explanation,
    section,
    fault: undefined,
    events: [],
    close: {
      ...NO_CLOSE,
      whyNotClean: isAnswered
        ? 'the opening handshake decided the case'
        : 'the opening handshake was not finished',
      timeout: isAnswered ? undefined : 'opening',
    },
    durationMs: Date.now() - subject.startedAt,
  };
}

/** The result of a case in which the endpoint got the opening handshake wrong. */
export function faultResult(subject: Subject, { verdict, message, section }: OpeningFault): CaseResult {
  return openingResult(
    subject,
    verdict,
    `${message.charAt(0).toUpperCase()}${message.substring(1)}.`,
    section,
  );
}

function base({ test, role, agent, startedAt, handshake, record }: Subject) {
  return { id: test.id, role, agent, startedAt, handshake, log: record.entries, traffic: record.traffic() };
}

const NO_CLOSE: Omit<CloseReport, 'whyNotClean' | 'timeout'> = {
  by: 'nobody',
  wasClean: false,
  localCode: undefined,
  localReason: undefined,
  remoteCode: undefined,
  remoteReason: undefined,
  remoteClose: false,
  transport: 'suite-dropped',
  failedBySuite: false,
};
