/**
 * The bytes of a server's answers to requests (RFC 6455 4.2.2): the 101 response, and refusals, after
 * which nothing of a socket is left.
 */

import type { OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { MessageExtension } from '@sanssocket/codec';
import {
  acceptRequest,
  type HandshakeFault,
  rejectFault,
  rejectRequest,
  type UpgradeRequest,
} from '@sanssocket/handshake';
import type { Deflate } from './deflate.js';
import { requestMessage } from './errors.js';
import { http } from './node-http.js';

/** How long a refused client may take to read the answer and to end its side. */
const REFUSAL_MS = 5000;

/** Headers of a refusal that this file writes itself. */
const OWN_HEADERS: readonly string[] = ['connection', 'content-length', 'transfer-encoding', 'upgrade'];

/** A listener for `'error'`, one function for all sockets. */
export function destroySocket(this: Duplex): void {
  this.destroy();
}

/**
 * Refuses a request by decision of the application.
 *
 * @param status - of the response
 * @param message - its body; the phrase of the status by default
 */
export function refuse(
  socket: Duplex,
  status: number,
  message: string = http.STATUS_CODES[status] ?? '',
  headers: OutgoingHttpHeaders = {},
): void {
  const pairs = Object.entries(headers)
    .filter(([name]) => !OWN_HEADERS.includes(name.toLowerCase()))
    .flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, String(one)]));
  const reason = http.STATUS_CODES[status];
  endWith(socket, rejectRequest({ status, reason, body: message, headers: pairs }).bytes);
}

/**
 * Refuses a request that is not in order, in ws's words where ws looks at the same. A request for
 * another version of the protocol is told the version there is (RFC 6455 4.4).
 */
export function refuseFault(socket: Duplex, fault: HandshakeFault): void {
  const { status = 400 } = fault;
  const isVersion = fault.code.startsWith('VERSION_');
  const { bytes } = isVersion
    ? rejectFault(fault)
    : rejectRequest({ status, body: requestMessage(fault), headers: [] });
  endWith(socket, bytes);
}

/**
 * Writes the last bytes of a socket. The client has some seconds to read them and to end its side: a
 * socket that is destroyed with unread input is reset, and a client may then never see the answer.
 */
function endWith(socket: Duplex, bytes: Uint8Array): void {
  socket.on('error', destroySocket);
  const timer = setTimeout(() => socket.destroy(), REFUSAL_MS);
  socket.once('close', () => clearTimeout(timer));
  // Bytes that the client still sends are read and dropped.
  socket.resume();
  socket.end(bytes);
}

const UPGRADED: unique symbol = Symbol('upgraded');

/** The agreement of a handshake. */
export interface Accepted {
  /** Of the extension; empty for none. */
  readonly name: string;
  readonly extensions: readonly MessageExtension[] | undefined;
}

const WITHOUT_EXTENSION: Accepted = { name: '', extensions: undefined };

/**
 * Writes the 101 response.
 *
 * @param adjust - called with the lines of the response, which it may change and add to
 * @throws Error for a socket that has had one; TypeError for a line with a line end in it
 */
export function acceptUpgrade(
  socket: Duplex & { [UPGRADED]?: true },
  request: UpgradeRequest,
  protocol: string | undefined,
  deflate: Deflate | undefined,
  adjust: (lines: string[]) => void,
): Accepted {
  if (socket[UPGRADED]) {
    throw new Error(
      'server.handleUpgrade() was called more than once with the same socket, possibly due to a misconfiguration',
    );
  }
  socket[UPGRADED] = true;
  const { headers, extensions } = acceptRequest<MessageExtension>(request, {
    protocol,
    extensions: deflate === undefined ? [] : [deflate],
  });
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  adjust(lines);
  // RFC 9110 5.5: with a value of the client's in it, a line end would begin a header of its choice.
  if (lines.some((line) => /[\r\n]/.test(line))) throw new TypeError('A header has a line end in it');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (socket.listeners('error').includes(destroySocket)) socket.removeListener('error', destroySocket);
  const agreed = extensions[0];
  return agreed === undefined ? WITHOUT_EXTENSION : { name: agreed.name, extensions: [agreed.extension] };
}
