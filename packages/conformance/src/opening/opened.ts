/** What an opening handshake led to. */
import type { HandshakeReport } from '../model/result.js';
import type { DeflateAgreement } from './deflate-agreement.js';
import type { OpeningFault } from './faults.js';

/** One attempt, whatever became of it. */
export interface Opened {
  readonly report: HandshakeReport;
  /** `accepted`: frames may follow. `refused`: a response that is no 101, or an end. `silent`: no answer in time. */
  readonly state: 'accepted' | 'refused' | 'silent';
  /** What the endpoint did wrong. */
  readonly fault: OpeningFault | undefined;
  /** What followed the endpoint's head. */
  readonly rest: Uint8Array;
  readonly deflate: DeflateAgreement | undefined;
  /** The suite's response has parameters that the client did not offer, and need not support (RFC 7692 7.1). */
  readonly isBeyondOffer?: boolean;
  /** What the endpoint calls itself, if it does. */
  readonly agent: string | undefined;
  /** Fields of the endpoint's head, names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}
