/** The transport and the options of a `WebSocket` or a `WebSocketStream`, checked. */

import { CONNECTION_OPTIONS, ConnectionConfig, type ConnectionOptions } from '../connection/config.js';
import type { MessageExtension } from '../connection/extension.js';
import { DRIVER_OPTIONS, DriverConfig, type DriverOptions } from '../driver/options.js';
import { inWords, pickOptions, readOptions, requireType, usageError } from '../wire/errors.js';
import type { PlatformReadableStream, PlatformURL, PlatformWritableStream } from './platform.js';

/** A transport behind its opening handshake: a socket's two directions as streams of bytes. */
export interface ByteTransport {
  /** Bytes from the peer; closes when the peer has ended its direction. */
  readonly readable: PlatformReadableStream<Uint8Array>;
  /**
   * Bytes to the peer. The same array may go to other transports, too: it must not be changed or
   * transferred.
   */
  readonly writable: PlatformWritableStream<Uint8Array>;
  /** The subprotocol agreed on. It goes before the option of this name, as do the next two. */
  readonly protocol?: string | undefined;
  /** The extensions agreed on, as in the header field `Sec-WebSocket-Extensions`. */
  readonly extensions?: string | undefined;
  /** The same extensions at work. */
  readonly messageExtensions?: readonly MessageExtension[] | undefined;
}

/**
 * Options of a `TransportWebSocket` and of a `TransportWebSocketStream`: their own, limits and
 * sources as for a connection, and limits and times as for a `ConnectionDriver`.
 */
export interface TransportWebSocketOptions
  extends Omit<ConnectionOptions, 'role' | 'autoPong' | 'autoClose'>,
    DriverOptions {
  /** Which side this is; `'client'` by default. */
  readonly role?: 'client' | 'server';
  /** The value of `url`; the origin of messages comes from it. Empty by default. */
  readonly url?: string | PlatformURL;
  /** The subprotocol agreed on; empty by default. */
  readonly protocol?: string;
  /** The extensions agreed on, as in the header field `Sec-WebSocket-Extensions`; empty by default. */
  readonly extensions?: string;
  /** The same extensions at work. */
  readonly messageExtensions?: readonly MessageExtension[];
}

/** A WebSocket answers a Ping and a Close by itself as the browser does: neither is an option. */
const SESSION_CONNECTION_OPTIONS = CONNECTION_OPTIONS.filter(
  (name) => name !== 'autoPong' && name !== 'autoClose',
);

const OPTIONS = [
  'url',
  'protocol',
  'extensions',
  'messageExtensions',
  ...SESSION_CONNECTION_OPTIONS,
  ...DRIVER_OPTIONS,
] as const;

/** Options of a session, completed and checked. */
export class SessionConfig {
  /** Both empty without a URL. */
  readonly url: string;
  readonly origin: string;
  readonly protocol: string;
  readonly extensions: string;
  readonly messageExtensions: readonly MessageExtension[];
  readonly connection: ConnectionConfig;
  readonly driver: DriverConfig;

  /**
   * @throws TypeError for an option that there is not (`OPTION_UNKNOWN`) or of another kind
   * (`OPTION_INVALID`), and for a URL that is none; RangeError for a limit or a time that is not a
   * positive integer (`OPTION_INVALID`)
   */
  constructor(given: TransportWebSocketOptions) {
    const options = readOptions(given, OPTIONS);
    const { url, protocol = '', extensions = '', messageExtensions = [] } = options;
    requireType('protocol', protocol, 'string');
    requireType('extensions', extensions, 'string');
    if (!Array.isArray(messageExtensions)) {
      const message = `messageExtensions are an array, not ${inWords(messageExtensions)}`;
      throw usageError(TypeError, 'OPTION_INVALID', message);
    }
    const { href, origin } = url === undefined ? { href: '', origin: '' } : new URL(url);
    this.url = href;
    this.origin = origin;
    this.protocol = protocol;
    this.extensions = extensions;
    this.messageExtensions = messageExtensions;
    this.connection = new ConnectionConfig({
      role: 'client',
      ...pickOptions(options, SESSION_CONNECTION_OPTIONS),
    });
    this.driver = new DriverConfig(pickOptions(options, DRIVER_OPTIONS));
  }
}

/** @throws TypeError for no transport at all, or a name of a subprotocol that is no string */
export function requireTransport(transport: ByteTransport): ByteTransport {
  const { readable, writable, protocol = '', extensions = '' } = Object(transport) as Partial<ByteTransport>;
  if (typeof readable?.getReader !== 'function' || typeof writable?.getWriter !== 'function') {
    const wanted = 'a transport is { readable, writable }, two streams of bytes';
    throw usageError(TypeError, 'OPTION_INVALID', `${wanted}, not ${inWords(transport)}`);
  }
  requireType('protocol', protocol, 'string');
  requireType('extensions', extensions, 'string');
  return transport;
}
