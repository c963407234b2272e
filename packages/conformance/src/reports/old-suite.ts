/** JSON as the old suite writes it: an index, and a file a case. */
import type { Case, CloseExpectation, ExpectedEvent, Verdict } from '../model/case.js';
import { expandPayload, toHex } from '../model/payload.js';
import type {
  AgentResults,
  CaseResult,
  CloseBehavior,
  LogEntry,
  ObservedEvent,
  Traffic,
} from '../model/result.js';
import { wireOctets } from './wrong-octet.js';

// ---- The index ----
// `index.json` as the old suite writes it: agent, case id, verdicts.

/** Agent name to case id to the case's row. */
export type OldIndex = Readonly<Record<string, Readonly<Record<string, OldIndexRow>>>>;

/** The entry of one case in the index. */
interface OldIndexRow {
  readonly behavior: Verdict;
  readonly behaviorClose: CloseBehavior;
  readonly remoteCloseCode: number | null;
  /** Milliseconds from the end of the opening handshake to the loss of the transport. */
  readonly duration: number;
  /** The case's JSON file in the same folder. */
  readonly reportfile: string;
}

/**
 * Makes the index.
 *
 * @param fileOf - the base name of a case's files
 */
export function oldIndex(
  agents: readonly AgentResults[],
  fileOf: (agent: AgentResults, id: string) => string,
): OldIndex {
  return sorted(
    agents.map((agent) => [
      agent.agent,
      sorted(
        agent.cases.map(({ id, behavior, closeBehavior, close, durationMs }) => [
          id,
          {
            behavior,
            behaviorClose: closeBehavior,
            duration: Math.round(durationMs),
            remoteCloseCode: close.remoteCode ?? null,
            reportfile: `${fileOf(agent, id)}.json`,
          },
        ]),
      ),
    ]),
  );
}

/** Keys are sorted as strings. */
function sorted<T>(entries: [string, T][]): Record<string, T> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

// ---- The file of a case ----

/** The object in the file. */
export interface OldCase {
  readonly [field: string]: unknown;
  readonly id: string;
  readonly agent: string;
  readonly behavior: string;
  readonly behaviorClose: string;
  readonly expected: Readonly<Record<string, readonly OldEvent[]>>;
  readonly received: readonly OldEvent[];
  readonly wirelog: readonly OldLogRow[];
}

/**
 * Groups with a time, a ratio of compression and a log that the old suite treats in a way of their
 * own.
 */
const TIMED = /^(?:9|12|13)\./;
const COMPRESSED = /^(?:12|13)\./;

/**
 * Makes the object.
 *
 * @param test - the case
 * @param result - of it
 * @param number - under which it ran, from 1
 */
export function oldCase(test: Case, result: CaseResult, number: number): OldCase {
  const { id, agent, behavior, closeBehavior, close, handshake, traffic } = result;
  const isTimed = TIMED.test(id);
  const suiteIsServer = result.role === 'client';
  return {
    agent,
    behavior,
    behaviorClose: closeBehavior,
    case: number,
    closedByMe: close.by === 'suite',
    createStats: true,
    createWirelog: !isTimed,
    description: test.sentence,
    droppedByMe: close.transport === 'suite-dropped',
    duration: Math.round(result.durationMs),
    expectation: `${test.right}${test.tolerated === undefined ? '' : ` ${test.tolerated}`}`,
    expected: isTimed ? {} : expectedEvents(test),
    expectedClose: expectedClose(test.outcomes[0]?.close),
    failedByMe: close.failedBySuite,
    httpRequest: handshake.request,
    httpResponse: handshake.response,
    id,
    isServer: suiteIsServer,
    localCloseCode: close.localCode ?? null,
    // 7.5.1 sends a reason that is no text.
    localCloseReason: id === '7.5.1' ? hexReason(result) : (close.localReason ?? null),
    received: result.events.map(observedEvent),
    remoteCloseCode: close.remoteCode ?? null,
    remoteCloseReason: close.remoteReason ?? null,
    reportCompressionRatio: COMPRESSED.test(id),
    reportTime: isTimed,
    result: result.explanation,
    resultClose: close.whyNotClean === undefined ? 'Closed in order.' : `Not clean: ${close.whyNotClean}.`,
    rxFrameStats: counts(traffic.received.frames),
    rxOctetStats: counts(traffic.received.octets),
    started: new Date(result.startedAt).toISOString(),
    trafficStats: COMPRESSED.test(id) && behavior === 'OK' ? trafficStats(result) : null,
    txFrameStats: counts(traffic.sent.frames),
    txOctetStats: counts(traffic.sent.octets),
    wasClean: close.wasClean,
    wasCloseHandshakeTimeout: close.timeout === 'close',
    wasNotCleanReason: close.whyNotClean ?? null,
    wasOpenHandshakeTimeout: close.timeout === 'opening',
    wasServerConnectionDropTimeout: close.timeout === 'transport-end',
    wirelog: isTimed ? [] : oldWireLog(result.log),
  };
}

/** Of each verdict the first list; marks and messages that are not listed one by one have none. */
function expectedEvents({ outcomes }: Case): Record<string, OldEvent[]> {
  const lists: Record<string, OldEvent[]> = {};
  for (const { verdict, events } of outcomes) {
    if (typeof events !== 'string') lists[verdict] ??= events.map(expectedEvent);
  }
  return lists;
}

function expectedClose(close: CloseExpectation | undefined): object {
  return {
    closeCode: close?.codes ?? [],
    closedByMe: close?.by !== 'endpoint',
    requireClean: close?.clean ?? false,
  };
}

function hexReason({ log }: CaseResult): string | null {
  for (const entry of log) {
    if (entry.kind === 'frame' && entry.way === 'sent' && entry.opcode === 8)
      return toHex(entry.payload.subarray(2));
  }
  return null;
}

function counts(map: ReadonlyMap<number, number>): Record<string, number> {
  return Object.fromEntries(map);
}

function trafficStats({ traffic: { sent, received } }: CaseResult): Record<string, number | null> {
  return { ...oneWay('outgoing', sent), ...oneWay('incoming', received) };
}

function oneWay(name: string, { bytes, frames, wirePayload, messagePayload }: Traffic) {
  const dataFrames = [0, 1, 2].map((opcode) => frames.get(opcode) ?? 0);
  return {
    [`${name}CompressionRatio`]: messagePayload === 0 ? null : wirePayload / messagePayload,
    [`${name}OctetsAppLevel`]: messagePayload,
    [`${name}OctetsWebSocketLevel`]: wirePayload,
    [`${name}OctetsWireLevel`]: bytes,
    [`${name}WebSocketFrames`]: dataFrames.reduce((sum, count) => sum + count, 0),
    [`${name}WebSocketMessages`]: dataFrames[1]! + dataFrames[2]!,
    [`${name}WebSocketOverhead`]: wirePayload === 0 ? null : (bytes - wirePayload) / wirePayload,
  };
}

// ---- Rows of `wirelog` ----
// The record of a case as the rows of the old suite's `wirelog`.

/** One row: its kind, then the parts of that kind. */
type OldLogRow = readonly [kind: string, ...rest: unknown[]];

/**
 * Makes the rows. A frame gives two: its octets (`TO` or `RO`), and their meaning (`TF` or `RF`). A
 * note of the suite's has no counterpart there and is left out.
 */
function oldWireLog(log: readonly LogEntry[]): OldLogRow[] {
  return log.flatMap((entry): OldLogRow[] => {
    if (entry.kind === 'note' || entry.kind === 'fault') return [];
    const octets = wireOctets(entry);
    const length = entry.kind === 'octets' ? entry.length : entry.header.length + entry.length;
    const isSent = entry.way === 'sent';
    const raw: OldLogRow = isSent
      ? ['TO', [length, oldHex(octets)], false]
      : ['RO', [length, oldHex(octets)]];
    if (entry.kind === 'octets') return [raw];
    const payload = [entry.length, oldText(entry.payload)];
    const { opcode, fin, rsv, maskingKey } = entry;
    const key = maskingKey === undefined ? null : hexKey(maskingKey);
    const meaning: OldLogRow = isSent
      ? ['TF', payload, opcode, fin, rsv, key, null, null, false]
      : ['RF', payload, opcode, fin, rsv, key !== null, key];
    return isSent ? [meaning, raw] : [raw, meaning];
  });
}

function hexKey(key: number): string {
  return toHex(Uint8Array.of(key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, key & 255));
}

// ---- Events ----
// Observed and expected events as the old suite's JSON has them.

/** A message with whether it is binary, a Pong, or a mark. */
type OldEvent =
  | readonly ['message', string, boolean]
  | readonly ['pong', string]
  | readonly ['timeout', string];

const WHOLE = 60;
const CUT = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The events that came. */
function observedEvent({ type, bytes, tag }: ObservedEvent): OldEvent {
  return type === 'mark' ? ['timeout', tag ?? ''] : eventOf(type, bytes);
}

/** The events that should come. */
function expectedEvent(event: ExpectedEvent): OldEvent {
  return event.type === 'mark' ? ['timeout', event.tag] : eventOf(event.type, expandPayload(event.payload));
}

function eventOf(type: 'text' | 'binary' | 'pong', bytes: Uint8Array): OldEvent {
  const text = oldText(bytes);
  return type === 'pong' ? ['pong', text] : ['message', text, type === 'binary'];
}

/**
 * Octets as text, or as hexadecimal digits behind `0x` where they are none; cut if there are more
 * than 60 of them.
 */
export function oldText(bytes: Uint8Array): string {
  const shown = bytes.length > WHOLE ? bytes.subarray(0, CUT) : bytes;
  return textOf(shown) + (bytes.length > WHOLE ? ' ...' : '');
}

/** Hexadecimal digits, cut in the same way. */
function oldHex(bytes: Uint8Array): string {
  return toHex(bytes.subarray(0, bytes.length > WHOLE ? CUT : WHOLE)) + (bytes.length > WHOLE ? ' ...' : '');
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return `0x${toHex(bytes)}`;
  }
}
