/** The file of one case as the old suite writes it. */
import type { Case, CloseExpectation } from '../../model/case.js';
import { toHex } from '../../model/payload.js';
import type { CaseResult, Traffic } from '../../model/result.js';
import { expectedEvent, type OldEvent, observedEvent } from './event.js';
import { type OldLogRow, oldWireLog } from './wire-log.js';

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
