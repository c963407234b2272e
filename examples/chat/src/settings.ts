/** The chat server's times and limits. */
import type { KeepaliveOptions } from '@sanssocket/codec';

/** Times in milliseconds, sizes in bytes. */
export interface Settings extends KeepaliveOptions {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly closeTimeoutMs: number;
  /** How long a client may take for its HTTP request. */
  readonly headersTimeoutMs: number;
  /** How much may wait for one client before it counts as too slow. */
  readonly maxQueuedBytes: number;
}

/** What holds unless the caller says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  pingIntervalMs: 25_000,
  pongTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  maxQueuedBytes: 256 * 1024,
};
