import { Buffer } from 'node:buffer';

/** Text as bytes, one a character. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** Bytes as text, one character each. */
export function text(input: Uint8Array): string {
  return Buffer.from(input).toString('latin1');
}

/** `input` cut into chunks at the given offsets; each chunk is a copy that is overwritten once it has been used. */
export function* cut(input: Uint8Array, at: readonly number[]): Generator<Uint8Array> {
  let start = 0;
  for (const end of [...at, input.length]) {
    const chunk = input.slice(start, end);
    yield chunk;
    chunk.fill(0x21);
    start = end;
  }
}

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** A right request, with lines added behind those it needs. */
export function requestText(...lines: string[]): string {
  return [
    'GET /chat HTTP/1.1',
    'Host: server.example.com',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Version: 13',
    ...lines,
    '\r\n',
  ].join('\r\n');
}

/** A right response to a request with `KEY`. */
export function responseText(...lines: string[]): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${ACCEPT}`,
    ...lines,
    '\r\n',
  ].join('\r\n');
}

/** A source that always gives the bytes of `KEY`. */
export function sampleNonce(target: Uint8Array): void {
  target.set(Buffer.from(KEY, 'base64'));
}
