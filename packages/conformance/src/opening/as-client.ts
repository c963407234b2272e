/** The suite as a client: sends a request, right or as the case has it, and reads the response. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { ConnectOpening, RawOpening, StandardOpening } from '../model/case.js';
import { concat } from '../model/payload.js';
import { type Address, connectSocket, Link, piecesOf, type TlsTrust } from '../wire/link.js';
import { type DeflateAgreement, formatOffers, readAnswer } from './deflate-agreement.js';
import { type OpeningFault, openingFault } from './faults.js';
import {
  acceptFor,
  freshKey,
  type Head,
  HeadReader,
  latin1,
  listOf,
  NAME_LENGTH,
  nameIn,
  octetsOf,
  valuesOf,
} from './heads.js';
import type { Opened } from './opened.js';

/** The parts that every request of a run has besides those of the case. */
export interface RequestContext {
  readonly address: Address;
  readonly origin?: string | undefined;
  /** Offered where the case says nothing of subprotocols. */
  readonly protocols?: readonly string[] | undefined;
  readonly timeoutMs: number;
  /** Octets of the first step, for the same write as the request's end. */
  readonly behind: Uint8Array;
}

/**
 * Opens a connection.
 *
 * @param link - connected, nothing sent yet
 * @param opening - the case's
 * @param context - the run's
 * @returns the outcome; the link then has no listener
 */
export async function openAsClient(
  link: Link,
  opening: StandardOpening | RawOpening,
  context: RequestContext,
): Promise<Opened> {
  const key = freshKey();
  const request = opening.kind === 'raw' ? fillIn(opening, context, key) : requestText(opening, context, key);
  const answer = readResponse(link, context.timeoutMs);
  const octets = concat([octetsOf(request), context.behind]);
  if (opening.chop === undefined) link.write(octets);
  else void link.writePieces(piecesOf(octets, opening.chop));
  return judgeResponse(request, await answer, key, opening, context);
}

/** Puts the parts that differ from run to run into a head that is data. */
function fillIn({ head, expect }: RawOpening, context: RequestContext, key: string): string {
  const { address, origin, protocols = [] } = context;
  const { authority, resourceName } = address;
  const filled = head
    .replaceAll('{host}', authority)
    .replaceAll('{path}', resourceName)
    .replaceAll('{key}', key);
  const has = (name: string): boolean => new RegExp(`^${name}:`, 'im').test(head);
  const isAboutProtocols = expect.header?.name === 'sec-websocket-protocol' || has('sec-websocket-protocol');
  // The parts that the server insists on, so that it does not reject the request for them.
  const added = [
    ...(origin === undefined || has('origin') ? [] : [`Origin: ${origin}`]),
    ...(protocols.length === 0 || isAboutProtocols
      ? []
      : [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`]),
  ];
  if (added.length === 0 || !filled.endsWith('\r\n\r\n')) return filled;
  return `${filled.substring(0, filled.length - 2)}${added.map((line) => `${line}\r\n`).join('')}\r\n`;
}

/** RFC 6455 4.1. */
function requestText(opening: StandardOpening, context: RequestContext, key: string): string {
  const { address, origin } = context;
  const protocols = opening.protocols ?? context.protocols ?? [];
  return [
    `GET ${address.resourceName} HTTP/1.1`,
    `Host: ${address.authority}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    'User-Agent: sanssocket-conformance',
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    ...(protocols.length === 0 ? [] : [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`]),
    ...(opening.deflate === undefined ? [] : [`Sec-WebSocket-Extensions: ${formatOffers(opening.deflate)}`]),
    '',
    '',
  ].join('\r\n');
}

type Answer =
  | { readonly kind: 'head'; readonly head: Head; readonly rest: Uint8Array }
  | { readonly kind: 'end' | 'silent' | 'too-large'; readonly text: string };

function readResponse(link: Link, timeoutMs: number): Promise<Answer> {
  let reader = new HeadReader();
  return new Promise((resolve) => {
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      link.pause();
      link.listen({ data: () => {}, end: () => {}, gone: () => {} });
      link.pause();
      resolve(answer);
    };
    const timer = setTimeout(() => finish({ kind: 'silent', text: reader.text }), timeoutMs);
    link.listen({
      data: (chunk) => {
        let found = reader.read(chunk);
        // RFC 9110 15.2: any number of interim responses may come first. 101 is the one that is
        // none.
        while (typeof found === 'object' && isInterim(statusOf(found.head))) {
          reader = new HeadReader();
          found = reader.read(found.rest);
        }
        if (found === 'too-large') finish({ kind: 'too-large', text: reader.text });
        else if (found !== undefined) finish({ kind: 'head', ...found });
      },
      end: () => finish({ kind: 'end', text: reader.text }),
      gone: () => finish({ kind: 'end', text: reader.text }),
    });
  });
}

/** Of a status line; undefined if it is none. */
function statusOf({ startLine }: Head): number | undefined {
  const line = /^HTTP\/1\.[0-9] ([0-9]{3})(?: |$)/.exec(startLine);
  return line === null ? undefined : Number(line[1]);
}

function isInterim(status = 0): boolean {
  return status >= 100 && status < 200 && status !== 101;
}

function judgeResponse(
  request: string,
  answer: Answer,
  key: string,
  opening: StandardOpening | RawOpening,
  context: RequestContext,
): Opened {
  const nothing = { rest: new Uint8Array(0), deflate: undefined, agent: undefined, fields: [] };
  if (answer.kind !== 'head') {
    const report = { request, response: answer.text, status: undefined };
    const code =
      answer.kind === 'end' ? 'ENDED_EARLY' : answer.kind === 'silent' ? 'NO_ANSWER' : 'HEAD_TOO_LARGE';
    const state = answer.kind === 'end' ? 'refused' : 'silent';
    return { report, state, fault: openingFault(code), ...nothing };
  }
  const { head, rest } = answer;
  const status = statusOf(head);
  const report = { request, response: head.text + (status === 101 ? '' : latin1(rest)), status };
  const agent = nameIn(head, 'server');
  const shared = { report, rest, agent, fields: head.fields };
  if (status !== 101) {
    const fault = openingFault(
      status === undefined ? 'STATUS_LINE_INVALID' : 'STATUS_NOT_101',
      head.startLine,
    );
    return { ...shared, state: 'refused', fault, deflate: undefined };
  }
  const offered = opening.kind === 'standard' ? (opening.protocols ?? context.protocols ?? []) : [];
  const sentKey =
    opening.kind === 'raw' ? (/^sec-websocket-key:[ \t]*(.*?)[ \t]*$/im.exec(request)?.[1] ?? key) : key;
  const agreed = judgeAcceptance(head, sentKey, opening, offered);
  const isAgreed = agreed !== undefined && 'client' in agreed;
  return {
    ...shared,
    state: 'accepted',
    fault: isAgreed ? undefined : agreed,
    deflate: isAgreed ? agreed : undefined,
  };
}

/** RFC 6455 4.1, the list of a client's checks, and 4.2.2. */
function judgeAcceptance(
  head: Head,
  key: string,
  opening: StandardOpening | RawOpening,
  offered: readonly string[],
): OpeningFault | DeflateAgreement | undefined {
  if (!head.startLine.startsWith('HTTP/1.1 101')) return openingFault('STATUS_LINE_INVALID', head.startLine);
  if (valuesOf(head, 'upgrade').join().toLowerCase() !== 'websocket') return openingFault('UPGRADE_INVALID');
  if (!listOf(head, 'connection').some((token) => token.toLowerCase() === 'upgrade')) {
    return openingFault('CONNECTION_INVALID');
  }
  if (valuesOf(head, 'sec-websocket-accept').join() !== acceptFor(key)) return openingFault('ACCEPT_INVALID');
  const protocol = valuesOf(head, 'sec-websocket-protocol');
  // The offer in a raw head is the case's affair: its `header` says the answer that has to come
  // back.
  if (
    opening.kind === 'standard' &&
    protocol.length > 0 &&
    !(protocol.length === 1 && offered.includes(protocol[0]!))
  ) {
    return openingFault('PROTOCOL_NOT_OFFERED', protocol.join());
  }
  const extensions = listOf(head, 'sec-websocket-extensions');
  if (opening.kind === 'standard') return readAnswer(opening.deflate, extensions);
  return undefined;
}

// ---- HTTP/2 ----
// The suite as a client of HTTP/2: extended CONNECT (RFC 8441) on streams of one connection.

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
  const response = await readStreamResponse(stream, timeoutMs);
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

function readStreamResponse(
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
