/** The result of an opening handshake. */
import type { HandshakeReport } from '../model/result.js';
import type { DeflateAgreement } from './deflate-agreement.js';
import type { OpeningFault } from './faults.js';

/** One attempt, with any result. */
export interface Opened {
  readonly report: HandshakeReport;
  /**
   * `accepted`: frames may follow. `refused`: a response that is no 101, or an end. `silent`: no
   * answer in time.
   */
  readonly state: 'accepted' | 'refused' | 'silent';
  /** The endpoint's fault. */
  readonly fault: OpeningFault | undefined;
  /** The octets behind the endpoint's head. */
  readonly rest: Uint8Array;
  readonly deflate: DeflateAgreement | undefined;
  /**
   * The suite's response has parameters that the client did not offer, and need not support (RFC
   * 7692 7.1).
   */
  readonly isBeyondOffer?: boolean;
  /** The endpoint's name for itself, if it gives one. */
  readonly agent: string | undefined;
  /** Fields of the endpoint's head, names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}
