/** The suite as a client of HTTP/2: extended CONNECT (RFC 8441) on streams of one connection. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { ConnectOpening } from '../model/case.js';
import { type Address, connectSocket, Link, type TlsTrust } from '../wire/link.js';
import { openingFault } from './faults.js';
import { NAME_LENGTH } from './heads.js';
import type { Opened } from './opened.js';

/**
 * Frames may be as large as a message of the quick half, so that one case is not only about flow
 * control.
 */
const WINDOW_BYTES = 1024 * 1024;

/**
 * Connects to a server with HTTP/2: over TLS if it agrees to `h2`, over TCP with prior knowledge
 * (RFC 9113 3.3).
 *
 * @returns the session; undefined if the server does not speak HTTP/2, or does not announce
 * extended CONNECT (RFC 8441 3)
 * @throws Error if nobody answers
 */
export async function openSession(
  address: Address,
  trust: TlsTrust,
  timeoutMs: number,
): Promise<ClientHttp2Session | undefined> {
  const socket = await connectSocket(address, trust, timeoutMs, ['h2', 'http/1.1']);
  if (address.secure && 'alpnProtocol' in socket && socket.alpnProtocol !== 'h2') {
    socket.destroy();
    return undefined;
  }
  const session = connect(`${address.secure ? 'https' : 'http'}://${address.authority}`, {
    createConnection: () => socket,
    settings: { initialWindowSize: WINDOW_BYTES },
  });
  session.on('error', () => {});
  const announces = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const finish = (value: boolean): void => {
      clearTimeout(timer);
      resolve(value);
    };
    session.once('remoteSettings', (settings) => finish(settings.enableConnectProtocol === true));
    session.once('close', () => finish(false));
  });
  if (announces) return session;
  session.destroy();
  return undefined;
}

/**
 * Opens one stream.
 *
 * @returns the link and the outcome of the request
 */
export async function openStream(
  session: ClientHttp2Session,
  address: Address,
  opening: ConnectOpening,
  timeoutMs: number,
): Promise<{ readonly link: Link; readonly opened: Opened }> {
  const headers: Record<string, string | undefined> = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': address.secure ? 'https' : 'http',
    ':authority': address.authority,
    ':path': address.resourceName,
    'sec-websocket-version': '13',
    'user-agent': 'sanssocket-conformance',
    ...opening.headers,
  };
  const sent = Object.entries(headers).filter((field): field is [string, string] => field[1] !== undefined);
  const request = sent.map(([name, value]) => `${name}: ${value}\n`).join('');
  const stream = session.request(Object.fromEntries(sent), { endStream: false });
  const link = new Link(stream);
  const response = await readResponse(stream, timeoutMs);
  const nothing = { rest: new Uint8Array(0), deflate: undefined };
  if (typeof response === 'string') {
    const report = { request, response: '', status: undefined };
    const fault = openingFault(response === 'silent' ? 'NO_ANSWER' : 'ENDED_EARLY');
    return { link, opened: { report, state: response, fault, agent: undefined, fields: [], ...nothing } };
  }
  const fields = Object.entries(response).map(([name, value]): [string, string] => [name, String(value)]);
  const status = Number(response[':status']);
  const report = { request, response: fields.map(([name, value]) => `${name}: ${value}\n`).join(''), status };
  const isAccepted = status >= 200 && status < 300;
  const fault = isAccepted ? unaskedFor(response, headers) : openingFault('CONNECT_REFUSED', String(status));
  const state = isAccepted ? 'accepted' : 'refused';
  return {
    link,
    opened: {
      report,
      state,
      fault,
      agent: fields.find(([name]) => name === 'server')?.[1].substring(0, NAME_LENGTH),
      fields,
      ...nothing,
    },
  };
}

function readResponse(
  stream: ClientHttp2Stream,
  timeoutMs: number,
): Promise<IncomingHttpHeaders | 'silent' | 'refused'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('silent'), timeoutMs);
    const finish = (value: IncomingHttpHeaders | 'refused'): void => {
      clearTimeout(timer);
      resolve(value);
    };
    stream.once('response', (headers) => finish(headers));
    stream.once('close', () => finish('refused'));
  });
}

/** RFC 8441 5: the negotiation is the one of HTTP/1.1. */
function unaskedFor(
  response: IncomingHttpHeaders,
  request: Readonly<Record<string, string | undefined>>,
): Opened['fault'] {
  if (response['sec-websocket-extensions'] !== undefined && request['sec-websocket-extensions'] === undefined)
    return openingFault('EXTENSION_NOT_OFFERED');
  const protocol = response['sec-websocket-protocol'];
  const offered = request['sec-websocket-protocol']?.split(',').map((each) => each.trim()) ?? [];
  if (protocol !== undefined && !offered.includes(String(protocol)))
    return openingFault('PROTOCOL_NOT_OFFERED');
  return undefined;
}
