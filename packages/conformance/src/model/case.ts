/**
 * A case as data: its subject, the octets sent, and the ways in which the endpoint under test may
 * act.
 */
import type { Payload } from './payload.js';

/** Which endpoint is under test. */
export type Role = 'client' | 'server';

/**
 * One test of one rule. Everything is data, so that a case can be listed, printed and run again.
 */
export interface Case {
  /** Unique and stable: the old suite's number (`7.1.3`), or words (`masks.unmasked-text`). */
  readonly id: string;
  /** The section that gives the rule: of RFC 6455, or with another RFC's name (`RFC7692 7.2.1`). */
  readonly section: string;
  /** One sentence: the subject of the test. */
  readonly sentence: string;
  /** The octets sent, in words. */
  readonly sent: string;
  /** The acts of a right endpoint, in words. */
  readonly right: string;
  /** Acts that an RFC leaves open or only advises against, in words; absent if there are none. */
  readonly tolerated?: string;
  /** Acts that break a rule, in words. */
  readonly wrong: string;
  /** The endpoints it can be run against. */
  readonly roles: readonly Role[];
  /**
   * How it is reached: TCP, TLS, or a stream of HTTP/2. A case over TCP is run over TLS where the
   * URL is `wss`.
   */
  readonly transport: CaseTransport;
  /** How the connection is opened. */
  readonly opening: Opening;
  readonly steps: readonly Step[];
  /**
   * The outcomes that may be observed, the best first; the best of those that fit counts. If none
   * fits: FAILED.
   */
  readonly outcomes: readonly Outcome[];
  /** How long it may take from the opening handshake on, before it counts as unanswered. */
  readonly deadlineMs: number;
  /** Large, or many messages: left out of the quick half. */
  readonly isSlow: boolean;
  /**
   * Something that is looked at besides: how a client chooses masking keys, and the nonces of its
   * connections; the target, the header fields, the subprotocols and the extensions of its request.
   */
  readonly inspects?: 'masking-keys' | 'nonces' | 'target' | 'fields' | 'protocols' | 'offer';
}

/** The `deadlineMs` of an ordinary case. */
export const ORDINARY_MS = 3000;

/** The transport of a case. */
export type CaseTransport = 'tcp' | 'tls' | 'h2';

/** How a case opens its connection. */
export type Opening = StandardOpening | RawOpening | ConnectOpening;

/** An ordinary opening handshake. */
export interface StandardOpening {
  readonly kind: 'standard';
  /** Offered to a server. The suite as a server selects none. */
  readonly protocols?: readonly string[];
  /**
   * permessage-deflate: the offer as a client, the answer as a server. Absent: it is neither
   * offered nor accepted.
   */
  readonly deflate?: DeflateOpening;
  /** The head is written in pieces of so many octets. */
  readonly chop?: number;
  /** Octets that follow the head in the same write are the first step's, if it is a send. */
  readonly withFirstStep?: boolean;
  /** A server may have reasons to reject the request, which is then worth a remark only. */
  readonly mayBeRefused?: boolean;
}

/** RFC 7692 section 7.1, for both roles of the suite. */
export interface DeflateOpening {
  /** Parameters after `permessage-deflate;`, offers in order of preference. */
  readonly offers: readonly string[];
  /**
   * As a server: answers in order of preference. The first that the client's offer allows is taken.
   */
  readonly answers: readonly string[];
  /**
   * The suite's messages refer to earlier ones, which an endpoint may have ruled out in the
   * agreement.
   */
  readonly needsTakeover?: boolean;
}

/** A head sent as it stands. `{host}`, `{path}`, `{key}` and `{accept}` are replaced. */
export interface RawOpening {
  readonly kind: 'raw';
  /** Each character is an octet. */
  readonly head: string;
  /** Written in pieces of so many octets; by default at once. */
  readonly chop?: number;
  /** The required outcome. */
  readonly expect: OpeningExpectation;
  /**
   * An extension that the client has to have offered; otherwise the case is about something else.
   */
  readonly answers?: string;
}

/** Extended CONNECT (RFC 8441) on a stream of HTTP/2. */
export interface ConnectOpening {
  readonly kind: 'connect';
  /** Header fields that are added, or, with an undefined value, left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /**
   * Streams opened on one connection, each running the steps; 1 by default. In texts `{stream}`
   * stands for a stream's number.
   */
  readonly streams?: number;
  readonly expect?: OpeningExpectation;
}

/** The outcomes of a head. */
export interface OpeningExpectation {
  /**
   * `accept`: has to be accepted. `refuse`: must not be. `either`: the RFC leaves it open; `OK`
   * both ways.
   */
  readonly outcome: 'accept' | 'refuse' | 'either';
  /** Verdict for the outcome that is not the wanted one; FAILED by default. */
  readonly otherwise?: Verdict;
  /** As a client: the status that a rejection has, where a rule names one; another is NON-STRICT. */
  readonly status?: readonly number[];
  /**
   * A header field that a response must have, or must not have, or not with a value in which this
   * one is.
   */
  readonly header?: {
    readonly name: string;
    readonly must: boolean;
    readonly value?: string;
    /** For a response that breaks this; by default that for a wrong outcome. */
    readonly verdict?: Verdict;
  };
}

/** One frame, right in all that is not given. */
export interface FrameSpec {
  readonly opcode: number;
  /** True by default. */
  readonly fin?: boolean;
  /** The reserved bits as a number: 4 is RSV1, 2 is RSV2, 1 is RSV3. */
  readonly rsv?: number;
  readonly payload?: Payload;
  /**
   * `right`: as the role demands, with a fresh key. `wrong`: the other way. A number: this key, its
   * first octet the highest, where the role demands one.
   */
  readonly mask?: 'right' | 'wrong' | number;
  /** The length as the header says it, in digits; by default the truth. */
  readonly declaredLength?: string;
  /** In how many octets the length is extended; by default as few as can hold it. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** Only so many octets of the frame are sent. */
  readonly cutTo?: number;
}

/** How octets are cut into writes: all at once, a write a frame, or so many octets a write. */
export type Pace = 'whole' | 'frames' | number;

/** The steps, one after another. */
export type Step =
  | { readonly do: 'send'; readonly frames: readonly FrameSpec[]; readonly pace?: Pace }
  /** Octets as they stand. */
  | { readonly do: 'octets'; readonly payload: Payload }
  /**
   * One frame, written in parts of so many payload octets (the header goes with the first) with a
   * pause after each; if it is then still open, the mark is noted.
   */
  | {
      readonly do: 'drip';
      readonly frame: FrameSpec;
      readonly sizes: readonly number[];
      readonly ms: number;
      readonly marks: readonly string[];
    }
  /** Until so many messages and Pongs were observed in all. */
  | { readonly do: 'await'; readonly events: number }
  /** Waits; if it is then still open, the mark is noted. */
  | { readonly do: 'pause'; readonly ms: number; readonly mark?: string }
  /** Until the peer's Close was read. */
  | { readonly do: 'await-close' }
  /** Until the peer ended the transport. */
  | { readonly do: 'await-eof' }
  /** Ends the write side (TCP's FIN, HTTP/2's END_STREAM). */
  | { readonly do: 'end' }
  /** Resets the transport. */
  | { readonly do: 'reset' }
  /** Stops reading for so long. */
  | { readonly do: 'stop-reading'; readonly ms: number }
  | ExchangeStep;

/** Many messages, each sent when the one before was echoed. */
export interface ExchangeStep {
  readonly do: 'exchange';
  readonly type: 'text' | 'binary';
  readonly count: number;
  /**
   * So many octets are enough, even if there were fewer messages; a run may ask for all
   * (`RunOptions.full`).
   */
  readonly enoughBytes?: number;
  /** Octets a message (of a text corpus: characters). */
  readonly size: number;
  /** The source of the messages: a corpus by name, or a pattern of hexadecimal digits. */
  readonly from: CorpusName | { readonly repeat: string };
  /** Payload octets a frame at most; none: one frame. */
  readonly fragment?: number;
  /** Whether messages are compressed, if that was agreed; false by default. */
  readonly compress?: boolean;
}

/** Generated payloads, see `wire/compressed.ts`. */
export type CorpusName = 'json' | 'bitmap' | 'prose' | 'html' | 'mixed';

/** Verdicts as the old suite names them. */
export type Verdict = 'OK' | 'NON-STRICT' | 'INFORMATIONAL' | 'FAILED' | 'UNIMPLEMENTED';

/** The observations of the endpoint, apart from the way it closes. */
export type ExpectedEvent =
  | {
      readonly type: 'text' | 'binary' | 'pong';
      readonly payload: Payload;
      /** It may be missing. */
      readonly optional?: true;
      /** The first octets of it are enough. */
      readonly beginning?: true;
    }
  /** A mark that a step noted. */
  | { readonly type: 'mark'; readonly tag: string };

/** One thing the endpoint may do. */
export interface Outcome {
  readonly verdict: 'OK' | 'NON-STRICT' | 'INFORMATIONAL';
  /**
   * Messages, Pongs and marks, in order; `any` if they do not matter, `exchanged` if all messages
   * of the exchanges came back.
   */
  readonly events: readonly ExpectedEvent[] | 'any' | 'exchanged';
  readonly close: CloseExpectation;
  /** Why this is tolerated, in words with the section. */
  readonly because?: string;
}

/** How the connection has to come to its end. */
export interface CloseExpectation {
  /** The first Close: the suite's, or the endpoint's that fails the connection. `any`: either. */
  readonly by: 'suite' | 'endpoint' | 'any';
  /**
   * Codes that are right in the endpoint's Close; an empty Close is as good where the suite closes
   * first.
   */
  readonly codes: readonly number[];
  /** Both Close frames must have been exchanged. */
  readonly clean: boolean;
  /**
   * Whether an endpoint that fails the connection should send a Close frame before it ends the
   * transport (7.1.7). It should, unless the opening handshake failed: then no frame may come.
   */
  readonly closeFrame?: 'should' | 'should-not';
  /**
   * The octets sent are not a whole frame, so that a Close behind them cannot be read, and no
   * answer can be expected.
   */
  readonly mayHang?: boolean;
  /** Verdict for another code; NON-STRICT by default, as the RFC nowhere rules one. */
  readonly otherCode?: Verdict;
}
