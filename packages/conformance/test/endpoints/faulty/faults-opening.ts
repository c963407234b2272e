/** Faults in the opening handshake (RFC 6455 4, RFC 7692 5, RFC 8441 5). */
import { createHash } from 'node:crypto';
import type { Fault } from './fault.js';
import { frameOf } from './frames.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function fieldOf(head: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r?$`, 'im').exec(head)?.[1];
}

/** 4.2.2, whatever the request is. */
function acceptance(head: string, more: readonly string[] = []): string {
  const key = fieldOf(head, 'sec-websocket-key') ?? '';
  const accept = createHash('sha1').update(`${key}${GUID}`, 'latin1').digest('base64');
  const lines = [`Sec-WebSocket-Accept: ${accept}`, ...more];
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** A request with a field more, in place of one that it has. */
function withField(line: string): (head: string) => string {
  const name = line.split(':', 1)[0]!;
  return (head) =>
    head.replace(new RegExp(`^${name}:.*\r\n`, 'im'), '').replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`);
}

const REFUSAL = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** Those of servers, then the one of clients. */
export const ANSWERS: readonly Fault[] = [
  {
    name: 'accepts every request',
    sentence: 'Takes whatever it is sent for a request that is right.',
    answers: (head) => acceptance(head),
  },
  {
    name: 'accepts without Upgrade',
    sentence:
      'Accepts whatever it is sent, with no Upgrade header field; over HTTP/2, with a subprotocol that was not offered.',
    answers: (head) => acceptance(head).replace('Upgrade: websocket\r\n', ''),
    adds: () => [['sec-websocket-protocol', 'never-offered']],
  },
  {
    name: 'refuses every request',
    sentence: 'Answers a right request with 400.',
    answers: () => REFUSAL,
  },
  {
    name: 'refuses without versions',
    sentence: 'Refuses a version that it does not speak, and does not name those that it does.',
    answers: (head) => (fieldOf(head, 'sec-websocket-version') === '13' ? 'right' : REFUSAL),
  },
  {
    name: 'takes every extension',
    sentence: 'Answers with the first extension that was offered, whatever it is.',
    answers: (head) => {
      const offer = fieldOf(head, 'sec-websocket-extensions') ?? 'x-own';
      return acceptance(head, [`Sec-WebSocket-Extensions: ${offer.split(',')[0]}`]);
    },
  },
  {
    name: 'takes an extension that there is not',
    sentence: 'Accepts a right request with an extension that nobody knows.',
    adds: () => [['sec-websocket-extensions', 'x-unknown']],
  },
  {
    name: 'takes a larger window than was offered',
    sentence: 'Agrees on a window of 15 bits, whatever was offered at most.',
    answers: (head) =>
      acceptance(head, ['Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15']),
  },
  {
    name: 'takes a subprotocol of its own',
    sentence: 'Answers with a subprotocol that was not offered.',
    adds: () => [['Sec-WebSocket-Protocol', 'never-offered']],
  },
  {
    name: 'has one nonce',
    sentence: 'Sends the same Sec-WebSocket-Key on every connection (4.1, item 7).',
    asks: (head) => head.replace(/(Sec-WebSocket-Key: ).*/i, '$1dGhlIHNhbXBsZSBub25jZQ=='),
    takesAnyResponse: true,
  },
  {
    name: 'offers a subprotocol twice',
    sentence: 'Offers subprotocols of which two are the same (4.1, item 10).',
    asks: withField('Sec-WebSocket-Protocol: a, a'),
  },
  {
    name: 'asks for a fragment',
    sentence: 'Sends the fragment of its URL to the server (3).',
    asks: (head) => head.replace(' HTTP/1.1', '#top HTTP/1.1'),
  },
  {
    name: 'has two origins',
    sentence: 'Sends two Origin fields (RFC 6454 7.3).',
    asks: (head) => head.replace(/\r\n\r\n$/, '\r\nOrigin: null\r\nOrigin: null\r\n\r\n'),
  },
  {
    name: 'offers a window of 7 bits',
    sentence: 'Offers permessage-deflate with a window that is out of range (RFC 7692 7.1.2.1).',
    asks: withField('Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7'),
  },
  {
    name: 'takes every response',
    sentence: 'Begins to talk whatever the response says.',
    takesAnyResponse: true,
    saysFirst: [frameOf(1, 'Hello?')],
  },
  {
    name: 'takes every response, and does not mask',
    sentence: 'Begins to talk whatever the response says, in frames that are not masked (5.1).',
    takesAnyResponse: true,
    masksWrongly: true,
    saysFirst: [frameOf(1, 'Hello?')],
  },
];
