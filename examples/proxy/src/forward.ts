/** A request goes to the backend, and its answer comes back: head and body as they come, nothing is held. */
import {
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { type BlockList, connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { endToEnd, headersForBackend, isChunked } from './headers.js';
import type { TunnelTimes } from './tunnel.js';

/** Where requests go, and for how long. */
export interface Route extends TunnelTimes {
  readonly host: string;
  readonly port: number;
  readonly trusted: BlockList;
  readonly answerTimeoutMs: number;
  readonly lingerTimeoutMs: number;
}

/** A function for the backend's 101: the response to it, its socket, and bytes behind its head. */
export type OnSwitch = (answer: IncomingMessage, back: Socket, head: Uint8Array) => void;

/** Sends a request to the backend, and its answer to the client. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  onSwitch?: OnSwitch,
): void {
  const chunked = isChunked(request);
  const headers = headersForBackend(request, route.trusted);
  // A target with a host of its own might be another host than `Host` to the backend.
  if (headers === undefined || !/^(?:\/|\*$)/.test(request.url!)) {
    refuse(response, 400);
    return;
  }
  if (chunked === undefined) {
    refuse(response, 501); // RFC 9112 6.1
    return;
  }
  if (chunked) headers.push(['Transfer-Encoding', 'chunked']);
  if (onSwitch !== undefined) headers.push(['Connection', 'Upgrade'], ['Upgrade', 'websocket']);
  let back: ClientRequest;
  try {
    back = ask(request, headers, route);
  } catch {
    refuse(response, 400); // a target or a header that Node does not write
    return;
  }
  const fail = (status: number): void => {
    settle();
    back.destroy();
    if (response.headersSent) response.destroy();
    else refuse(response, status);
  };
  const timer = setTimeout(() => fail(504), route.answerTimeoutMs);
  const onBody = (): void => void timer.refresh();
  const settle = (): void => {
    clearTimeout(timer);
    request.off('data', onBody);
  };
  back.on('error', () => fail(502));
  back.on('information', (answer) => inform(request, response, answer));
  back.on('upgrade', (answer: IncomingMessage, socket: Socket, head: Uint8Array) => {
    settle();
    socket.on('error', () => {});
    try {
      if (onSwitch === undefined) throw new Error('nobody has asked for it');
      onSwitch(answer, socket, head);
    } catch {
      socket.destroy();
      fail(502);
    }
  });
  back.on('response', (answer) => {
    settle();
    try {
      sendHead(response, answer);
    } catch {
      fail(502); // 101 without an upgrade; a status below 100, a header that Node does not write
      return;
    }
    // An answer that is cut short is cut short for the client, too: it must not look whole.
    pipeline(answer, response, () => back.destroy());
  });
  // A backend that wants no more of the body may answer all the same; the rest is read and dropped.
  back.on('close', () => request.unpipe(back).resume());
  // The client has gone, or has its answer.
  response.on('close', () => {
    settle();
    back.destroy();
  });
  if (chunked || request.headers['content-length'] !== undefined) {
    request.on('data', onBody);
    request.pipe(back);
  } else back.end();
}

function ask(
  { method, url }: IncomingMessage,
  headers: [string, string][],
  { host, port }: Route,
): ClientRequest {
  const back = requestHttp({
    method,
    path: url,
    headers: headers.flat() as never, // written as they stand, repeated ones too
    createConnection: () => connect({ host, port, allowHalfOpen: true, noDelay: true }),
  });
  back.maxHeadersCount = 0;
  return back;
}

function sendHead(response: ServerResponse, answer: IncomingMessage): void {
  const { statusCode, statusMessage, headers } = answer;
  if (statusCode === 101 || isChunked(answer) === undefined)
    throw new Error('no answer that could be passed on');
  const own = endToEnd(answer.rawHeaders);
  // RFC 9110 15.5.22: this status goes with the protocol to upgrade to.
  if (statusCode === 426) own.push(['Upgrade', headers.upgrade ?? 'websocket']);
  response.writeHead(statusCode!, statusMessage, own.flat());
  response.write('', 'latin1'); // a body may be long in coming; `flushHeaders` would write UTF-8
}

/** RFC 9110 15.2: interim responses are passed on, but not to HTTP/1.0, nor into a queue that nobody reads. */
function inform(
  request: IncomingMessage,
  response: ServerResponse,
  {
    statusCode,
    statusMessage,
    rawHeaders,
  }: { statusCode: number; statusMessage: string; rawHeaders: string[] },
): void {
  const { socket } = response;
  if (request.httpVersion !== '1.1' || response.headersSent || socket === null) return;
  if (statusCode === 100) response.writeContinue();
  else if (socket.writableLength < 0x1_0000) {
    socket.write(headOf(statusCode, statusMessage, endToEnd(rawHeaders)), 'latin1');
  }
}

/** A head of which a parser has read the parts. */
export function headOf(status: number, reason: string, headers: readonly [string, string][]): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`;
}

/** An answer of the proxy's own. */
export function refuse(response: ServerResponse, status: number): void {
  if (response.destroyed) return;
  const body = `${STATUS_CODES[status]}\n`;
  response
    .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length })
    .end(body);
}
