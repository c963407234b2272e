/**
 * Options of ws's as those of sanssocket's machines: one configuration for all connections of a
 * server, and one for all clients with the same options.
 */

import { ConnectionConfig } from '@sanssocket/codec';
import { DriverConfig } from '@sanssocket/codec/driver';
import type { ClientOptions, ConnectionSettings } from './types.js';
import type { WebSocket } from './websocket.js';

/** ws's defaults. */
const CLOSE_TIMEOUT_MS = 30_000;

const MAX_PAYLOAD_BYTES = 100 * 1024 * 1024;

const MAX_FRAGMENTS = 16 * 1024;

const MAX_PENDING_PONGS = 60;

/** A server that is told when one of its connections is gone. */
export interface Tracker {
  forget(websocket: WebSocket): void;
}

/** The configurations of one kind of connections. */
export interface Configs {
  readonly connection: ConnectionConfig;
  readonly driver: DriverConfig;
  /** How many Pongs may wait to be written; 0 where Pings are the application's to answer. */
  readonly maxPendingPongs: number;
  /** The server that is told of the end of its connections; null where nobody is. */
  readonly tracker: Tracker | null;
  /** Whether several events may come in one turn of the event loop. */
  readonly isSynchronous: boolean;
  /** The agreement of the connection that was opened last. */
  last: Agreement | null;
}

/** The agreement of an opening handshake, one object for all connections with the same. */
export interface Agreement {
  readonly configs: Configs;
  /** Empty for none, as is the other. */
  readonly protocol: string;
  /** The name of the extension. */
  readonly extensions: string;
}

/** An agreement; connections of a server mostly have the same as the one before. */
export function agreementOf(configs: Configs, protocol: string, extensions: string): Agreement {
  const { last } = configs;
  if (last !== null && last.protocol === protocol && last.extensions === extensions) return last;
  configs.last = { configs, protocol, extensions };
  return configs.last;
}

/**
 * Completes and converts options.
 *
 * @throws RangeError for numbers that make no sense
 */
export function configsOf(
  role: 'server' | 'client',
  settings: ConnectionSettings & Pick<ClientOptions, 'generateMask'>,
  tracker: Tracker | null,
): Configs {
  const {
    autoPong = true,
    closeTimeout = CLOSE_TIMEOUT_MS,
    generateMask,
    maxFragments = MAX_FRAGMENTS,
    maxPayload = MAX_PAYLOAD_BYTES,
    maxPendingAutoPongs = MAX_PENDING_PONGS,
  } = settings;
  const maxBytes = limitOf(maxPayload);
  return {
    connection: new ConnectionConfig({
      role,
      // The session answers Pings: before the application hears of them.
      autoPong: false,
      maxFrameBytes: maxBytes,
      maxMessageBytes: maxBytes,
      maxFragments: limitOf(maxFragments),
      allocate: (bytes) => Buffer.allocUnsafe(bytes),
      ...(generateMask === undefined ? {} : { generateMaskingKey: keySource(generateMask) }),
    }),
    // As in ws nobody is pinged, and nothing that is sent is refused for the length of a queue:
    // `bufferedAmount` is the application's to look at. A peer's answers are not counted either, as
    // two programs that answer each other would wait for each other without a Ping to end it.
    driver: new DriverConfig({
      pingIntervalMs: Number.POSITIVE_INFINITY,
      closeTimeoutMs: Math.max(1, Math.ceil(closeTimeout)),
      highWaterMark: Number.MAX_SAFE_INTEGER,
      backpressureLimit: Number.MAX_SAFE_INTEGER,
      closeOnBackpressureLimit: false,
    }),
    maxPendingPongs: autoPong ? limitOf(maxPendingAutoPongs) : 0,
    isSynchronous: settings.allowSynchronousEvents !== false,
    tracker,
    last: null,
  };
}

/** 0 is no limit in ws. */
function limitOf(value: number): number {
  return value > 0 && value < Number.MAX_SAFE_INTEGER ? Math.ceil(value) : Number.MAX_SAFE_INTEGER;
}

function keySource(generateMask: (mask: Buffer) => void): () => number {
  const mask = Buffer.alloc(4);
  return () => {
    generateMask(mask);
    // The first byte on the wire is the lowest.
    return mask.readInt32LE(0);
  };
}

const CLIENT_OPTIONS = [
  'allowSynchronousEvents',
  'autoPong',
  'closeTimeout',
  'generateMask',
  'maxFragments',
  'maxPayload',
  'maxPendingAutoPongs',
] as const satisfies readonly (keyof ClientOptions)[];

/** The configurations of the client before, and the options that they were made of. */
let last: { readonly options: ClientOptions; readonly configs: Configs } | undefined;

/** Clients with the same options, one after the other, share their configurations. */
export function clientConfigs(options: ClientOptions): Configs {
  if (last !== undefined) {
    const before = last.options;
    if (CLIENT_OPTIONS.every((name) => before[name] === options[name])) return last.configs;
  }
  const configs = configsOf('client', options, null);
  const own = Object.fromEntries(CLIENT_OPTIONS.map((name) => [name, options[name]]));
  last = { options: own, configs };
  return configs;
}
