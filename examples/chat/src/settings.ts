/** The chat server's times and limits. */
import type { DriverOptions } from '@sanssocket/codec/driver';
import type { ShareLimits } from './fair-share.js';
import type { HistoryLimits } from './history.js';

/** Times in milliseconds, sizes in bytes. */
export interface Settings extends DriverOptions, ShareLimits, HistoryLimits {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly closeTimeoutMs: number;
  /** How long a client may take for its HTTP request. */
  readonly headersTimeoutMs: number;
  /** How many bytes may wait for one client before it counts as too slow. */
  readonly backpressureLimit: number;
  /** The address to listen on; all unless given. */
  readonly host?: string;
  /**
   * The names under which the chat is asked for, such as `chat.example.com`; other requests are
   * rejected, as those of a page whose name was made to point here. Unless given: the names of this
   * machine, if `host` is one of them; and any otherwise.
   */
  readonly hosts?: readonly string[];
  /** How many sockets may wait to be accepted, if the system allows that many. */
  readonly backlog: number;
  /** How long the place of a lost connection is kept: a page that is loaded again is no news. */
  readonly graceMs: number;
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
  backlog: 4096,
  graceMs: 5_000,
  messagesPerSecond: 5,
  burst: 20,
  historyMessages: 1_000,
  // Half of what may wait for one client: a welcome with all of it has room.
  historyBytes: 128 * 1024,
};
