/** The observations of one run of one case, and the verdict on them. */
import type { Role, Verdict } from './case.js';

/** The old suite's word for the way a connection was closed. */
export type CloseBehavior = 'OK' | 'WRONG CODE' | 'UNCLEAN' | 'FAILED' | 'FAILED BY CLIENT' | 'INFORMATIONAL';

/**
 * One run of one case. Plain data: `bytes` of the log aside, it can be written as JSON as it
 * stands.
 */
export interface CaseResult {
  readonly id: string;
  readonly role: Role;
  readonly agent: string;
  /**
   * The sum of everything: the observations, the way it closed, and the faults that the judge found
   * in the octets.
   */
  readonly verdict: Verdict;
  /** As the old suite reports it: messages and Pongs only. */
  readonly behavior: Verdict;
  /** As the old suite reports it. */
  readonly closeBehavior: CloseBehavior;
  /** One sentence that a maintainer can act on: the observation, and the rule. */
  readonly explanation: string;
  /** The section of the rule that was broken; the case's where none was. */
  readonly section: string;
  /** The first thing in the endpoint's octets that breaks a rule. */
  readonly fault: PeerFault | undefined;
  /** Messages, Pongs and marks, in order. */
  readonly events: readonly ObservedEvent[];
  readonly close: CloseReport;
  readonly handshake: HandshakeReport;
  readonly log: readonly LogEntry[];
  readonly traffic: TrafficReport;
  /** When the case began, in milliseconds since 1970. */
  readonly startedAt: number;
  /**
   * From the end of the opening handshake to the loss of the transport; where the handshake
   * decided, how long that took.
   */
  readonly durationMs: number;
  /** The run among others, where the case FAILED. It was run again alone; that result counts. */
  readonly earlier?: EarlierRun;
}

/** A run that does not count. */
export interface EarlierRun {
  /** FAILED, as nothing else is run again. */
  readonly verdict: Verdict;
  /** As that of a result. */
  readonly explanation: string;
}

/** A rule that the endpoint's own octets break. */
export interface PeerFault {
  /** Stable, see `judge/faults.ts`. */
  readonly code: string;
  readonly section: string;
  readonly message: string;
  /** FAILED where the RFC says MUST. */
  readonly verdict: 'FAILED' | 'NON-STRICT';
  /** The first wrong octet, counted from the first one after the endpoint's handshake. */
  readonly offset: number;
}

/** A message, a Pong or a mark. */
export interface ObservedEvent {
  readonly type: 'text' | 'binary' | 'pong' | 'mark';
  /** Since the end of the opening handshake. */
  readonly atMs: number;
  /** The first octets of the payload, see `KEPT_BYTES`. */
  readonly bytes: Uint8Array;
  /** How many there were. */
  readonly length: number;
  /** A mark's tag. */
  readonly tag?: string;
}

/** How the connection came to its end. */
export interface CloseReport {
  /** The side of the first Close (or end of transport). */
  readonly by: 'suite' | 'endpoint' | 'nobody';
  /** Both Close frames were exchanged, and the right side ended the transport. */
  readonly wasClean: boolean;
  /** Why it was not clean, in words. */
  readonly whyNotClean: string | undefined;
  readonly localCode: number | undefined;
  readonly localReason: string | undefined;
  /** Undefined if there was no Close or an empty one. */
  readonly remoteCode: number | undefined;
  readonly remoteReason: string | undefined;
  /** Whether the endpoint sent a Close at all. */
  readonly remoteClose: boolean;
  /** How the transport ended. */
  readonly transport: 'endpoint-end' | 'endpoint-reset' | 'suite-end' | 'suite-dropped';
  /** The suite failed the connection: a fault was found, or the deadline came. */
  readonly failedBySuite: boolean;
  /** Which deadline came, if one did. */
  readonly timeout: 'opening' | 'case' | 'close' | 'transport-end' | undefined;
}

/** Both heads, each octet a character. Header lists over HTTP/2, a line each. */
export interface HandshakeReport {
  readonly request: string;
  readonly response: string;
  /** The status the server gave, if any. */
  readonly status: number | undefined;
}

/** A line of the record, in the order it happened. */
export type LogEntry =
  | ({ readonly kind: 'frame' } & FrameRecord)
  /** Octets that are no whole frame: a cut or malformed one, or something else. */
  | {
      readonly kind: 'octets';
      readonly way: Way;
      readonly atMs: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly length: number;
    }
  | { readonly kind: 'note'; readonly atMs: number; readonly text: string }
  | { readonly kind: 'fault'; readonly atMs: number; readonly fault: PeerFault };

/** From the suite, or from the endpoint under test. */
export type Way = 'sent' | 'received';

/** One frame as it stood on the wire. */
export interface FrameRecord {
  readonly way: Way;
  readonly atMs: number;
  /** Of its first octet, counted from the first one after the handshake in the same direction. */
  readonly offset: number;
  /** Its header's octets, masking key included. */
  readonly header: Uint8Array;
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  /** Its first octet is the highest; undefined if the frame is not masked. */
  readonly maskingKey: number | undefined;
  /** The length that the header declares. */
  readonly length: number;
  /** The first octets of the unmasked payload, see `KEPT_BYTES`. */
  readonly payload: Uint8Array;
}

/** Counts of both ways, handshake included, as the old suite's JSON has them. */
export interface TrafficReport {
  readonly sent: Traffic;
  readonly received: Traffic;
  /** Frames that the log leaves out because there were too many, see `KEPT_FRAMES`. */
  readonly framesNotLogged: number;
}

/** One way. */
export interface Traffic {
  readonly bytes: number;
  /** Size of a write or read, and how many there were of it. */
  readonly octets: ReadonlyMap<number, number>;
  /** Opcode, and how many frames there were of it. */
  readonly frames: ReadonlyMap<number, number>;
  /**
   * Octets of data frames' payloads, as they were on the wire and as messages, for ratios of
   * compression.
   */
  readonly wirePayload: number;
  readonly messagePayload: number;
}

/** All results of one endpoint. */
export interface AgentResults {
  readonly agent: string;
  readonly role: Role;
  /** The URL of a server, the command or name of a client. */
  readonly target: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** In the order of the cases. */
  readonly cases: readonly CaseResult[];
  /** When a server was gone; absent if it never was. */
  readonly deaths?: readonly Death[];
}

/** A server was gone: no connection could be made any more. */
export interface Death {
  /**
   * Ids of the cases that ran when it went, or had just ended. Without a culprit none of them is
   * FAILED for it.
   */
  readonly inFlight: readonly string[];
  /** The one of them that it died of, as running it alone showed. */
  readonly culprit: string | undefined;
  /** Whether it was there again in time; otherwise nothing more was run. */
  readonly cameBack: boolean;
}

/** Payloads are logged up to so many octets. */
export const KEPT_BYTES = 1024;
/** A log has at most so many frames of each way. */
export const KEPT_FRAMES = 200;
