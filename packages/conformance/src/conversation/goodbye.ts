/** Connections that carry no case: a message or two, and an orderly end. */
import type { FrameSpec, Role } from '../model/case.js';
import type { Link } from '../wire/link.js';
import { Endpoint } from './endpoint.js';
import { Recorder } from './record.js';

const ANSWER_MS = 1000;

/**
 * Sends frames, then closes, and sees the transport to its end.
 *
 * @param link - opened
 * @param underTest - the peer's role
 * @param frames - sent before the Close
 * @param code - of the Close; none: its body is empty
 */
export async function sayGoodbye(
  link: Link,
  underTest: Role,
  rest: Uint8Array,
  frames: readonly FrameSpec[] = [],
  code?: number,
): Promise<void> {
  const endpoint = new Endpoint(link, underTest, new Recorder(), undefined, rest);
  const { signal } = new AbortController();
  await endpoint.send(frames);
  await endpoint.sendClose(code);
  const isAnswered = () => endpoint.remoteClose !== undefined || endpoint.hasEnded || endpoint.isGone;
  await endpoint.until(isAnswered, signal, ANSWER_MS);
  endpoint.end();
  if (!(await endpoint.until(() => endpoint.isGone, signal, ANSWER_MS))) endpoint.drop();
}
