/** The body of a rejection that Node's HTTP has read the head of. */

import type { Readable } from 'node:stream';
import type { ConnectionRejected, ResponseRejection } from '@sanssocket/handshake';

/** Bytes of a rejection's body that are kept, unless an option says otherwise: as `ClientHandshake`. */
export const MAX_BODY_BYTES = 16_384;

/**
 * Reads a body up to a limit, and gives up its stream.
 *
 * @param done - called once: with the body, or as much of it as came before the limit, the end of the
 * stream, or the signal
 */
export function readBody(
  stream: Readable,
  rejection: ResponseRejection,
  maxBytes: number,
  signal: AbortSignal,
  done: (rejected: ConnectionRejected) => void,
): void {
  const body = new Uint8Array(maxBytes);
  let length = 0;
  let isDone = false;
  const finish = (complete: boolean): void => {
    if (isDone) return;
    isDone = true;
    signal.removeEventListener('abort', onAbort);
    stream.destroy();
    done({ ...rejection, body: new Uint8Array(body.subarray(0, length)), complete });
  };
  function onAbort(): void {
    finish(false);
  }
  signal.addEventListener('abort', onAbort);
  stream.on('error', () => finish(false));
  stream.on('close', () => finish(false));
  stream.on('end', () => finish(true));
  stream.on('data', (chunk: Uint8Array) => {
    const kept = chunk.subarray(0, maxBytes - length);
    body.set(kept, length);
    length += kept.length;
    if (kept.length < chunk.length) finish(false);
  });
}
