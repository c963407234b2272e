/**
 * `@sanssocket/codec/web-streams`: connections over pairs of web streams: sockets of Workers
 * (`cloudflare:sockets`), streams of WebTransport, `Duplex.toWeb`, TCPSocket.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import { attachDriver } from './driver/attach.js';
import type { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import { pairTransport, type ReadableWritablePair } from './driver/pulled.js';
import type { ReceivedTransport, ReceiverOf } from './driver/transport.js';
import { EMPTY } from './memory/bytes.js';
import { requireMethods } from './wire/errors.js';

export type { ReadableWritablePair } from './driver/pulled.js';

/**
 * Makes a transport of a pair of streams; for machines of the opening handshake, which give it to a
 * connection's driver later. {@link attachStreams} is made of it.
 *
 * @param streams - locked from now on, and closed, cancelled or aborted at the end. If this throws
 * they are as they were
 * @param receiverOf - makes the receiver, which is first called when this has returned
 * @param head - bytes that were read before
 * @throws TypeError for a stream that is none (`OPTION_INVALID`) or locked, and a head that is no
 * bytes (`NOT_BYTES`); the exception of `receiverOf`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { streamsTransport } from '@sanssocket/codec/web-streams';
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const lengths: number[] = [];
 * const receiver = {
 *   receive: (bytes: Uint8Array) => lengths.push(bytes.length),
 *   receiveEof() {}, written() {}, writable() {}, wake() {}, transportClosed() {},
 * };
 * const transport = streamsTransport({ readable, writable }, () => receiver);
 * transport.write([Uint8Array.of(1, 2, 3)]);
 * await new Promise((resolve) => setTimeout(resolve));
 * assert.deepEqual(lengths, [3]);
 * ```
 */
export function streamsTransport(
  streams: ReadableWritablePair,
  receiverOf: ReceiverOf,
  head: Uint8Array = EMPTY,
): ReceivedTransport {
  requireMethods('a readable stream', streams?.readable, ['getReader']);
  requireMethods('a writable stream', streams.writable, ['getWriter']);
  return pairTransport(streams, receiverOf, head);
}

/**
 * Runs a connection over a pair of streams of bytes, until both have ended. The streams are locked,
 * and closed, cancelled or aborted at the end. If this throws they are as they were.
 *
 * @param streams - behind the opening handshake
 * @param connection - with handlers of the application's. They are first called when this has
 * returned
 * @param config - limits and times
 * @param head - bytes that came in one chunk with the handshake: the first of the first frames
 * @throws as the constructor of {@link ConnectionDriver}; TypeError for a stream that is none
 * (`OPTION_INVALID`) or locked, and a head that is no bytes (`NOT_BYTES`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 * import { attachStreams } from '@sanssocket/codec/web-streams';
 *
 * const there = new TransformStream<Uint8Array, Uint8Array>();
 * const back = new TransformStream<Uint8Array, Uint8Array>();
 * const answer = new Promise<string>((resolve) => {
 *   const client = new Connection({ role: 'client' }, {
 *     text(text) { resolve(text); own.close(1000); },
 *   });
 *   const own = attachStreams({ readable: back.readable, writable: there.writable }, client);
 *   own.sendText('hello');
 * });
 * const server = new Connection({ role: 'server' }, {
 *   text: (text) => driver.sendText(text.toUpperCase()),
 * });
 * const driver = attachStreams({ readable: there.readable, writable: back.writable }, server);
 * assert.equal(await answer, 'HELLO');
 * ```
 */
export function attachStreams(
  streams: ReadableWritablePair,
  connection: Connection,
  config: DriverOptions | DriverConfig = {},
  head: Uint8Array = EMPTY,
): ConnectionDriver {
  return attachDriver(connection, config, (receiverOf) => streamsTransport(streams, receiverOf, head));
}
