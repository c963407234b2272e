/** The chat server's times and limits. */
import type { DriverOptions } from '@sanssocket/codec/driver';

/** Times in milliseconds, sizes in bytes. */
export interface Settings extends DriverOptions {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly closeTimeoutMs: number;
  /** How long a client may take for its HTTP request. */
  readonly headersTimeoutMs: number;
  /** How many bytes may wait for one client before it counts as too slow. */
  readonly backpressureLimit: number;
  /**
   * The names under which the chat is asked for, such as `chat.example.com`; other requests for a
   * WebSocket are rejected, as those of a page whose name was made to point here. Any unless given.
   */
  readonly hosts?: readonly string[];
  /** The chat tells a client that is too slow by a close code of its own. */
  readonly closeOnBackpressureLimit: false;
}

/** The settings that hold unless the caller says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  pingIntervalMs: 25_000,
  pongTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
  // All clients listen to much and most say little: the dead among them are found sooner than at
  // the default rate.
  minReadBytesPerSecond: 4_000,
  headersTimeoutMs: 10_000,
  backpressureLimit: 256 * 1024,
  closeOnBackpressureLimit: false,
};
