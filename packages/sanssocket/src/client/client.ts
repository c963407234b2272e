/** `connect` and `reconnect` of all runtimes, over the network of each. */

import { pickOptions } from '@sanssocket/codec/options';
import type { WebSocketConnection } from '../connection.js';
import type { DeflateFactory } from '../options.js';
import { type ClientHandlers, type Dial, openConnection } from './open.js';
import { ClientConfig, type ClientOptions } from './options.js';
import {
  RECONNECT_OPTIONS,
  ReconnectingConnection,
  type ReconnectOptions,
  requireUrlSource,
  type UrlSource,
  urlOf,
} from './reconnecting.js';

/** A runtime's part of a client. */
export interface ClientRuntime<Options> {
  /** The names of its own options. */
  readonly names: readonly string[];
  /** Its network, used as its own options say. */
  dialOf(options: Options): Dial;
  readonly deflate: DeflateFactory;
}

/** As `connect` of a runtime. */
export async function connectBy<Options extends ClientOptions>(
  runtime: ClientRuntime<Options>,
  url: string | URL,
  handlers: ClientHandlers,
  options: Options,
): Promise<WebSocketConnection> {
  const config = new ClientConfig(options, runtime.names, runtime.deflate);
  return openConnection(runtime.dialOf(options), url, handlers, config, config.signal);
}

/** As `reconnect` of a runtime. */
export function reconnectBy<Options extends ClientOptions>(
  runtime: ClientRuntime<Options>,
  url: UrlSource,
  handlers: ClientHandlers,
  options: Options & ReconnectOptions,
): ReconnectingConnection {
  requireUrlSource(url);
  const config = new ClientConfig(options, [...runtime.names, ...RECONNECT_OPTIONS], runtime.deflate);
  const dial = runtime.dialOf(options);
  const open = async (signal: AbortSignal): Promise<WebSocketConnection> =>
    openConnection(dial, await urlOf(url), handlers, config, signal);
  const link = new ReconnectingConnection(open, pickOptions(options, RECONNECT_OPTIONS));
  link.stopOn(config.signal);
  return link;
}
