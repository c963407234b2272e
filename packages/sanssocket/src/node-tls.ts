/** TLS on Node, loaded by who wants it: with `node:crypto` beneath it is 700 KiB of heap, on Node 24. */

export type Tls = typeof import('node:tls');

export function loadTls(): Promise<Tls> {
  return import('node:tls');
}
