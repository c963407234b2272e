/**
 * Sessions: the secret by which a person comes back, on whatever process. It holds the epoch of its
 * log, and the person's id follows from it, so that no process has to keep a list.
 */
import { createHash, randomBytes } from 'node:crypto';

/** A new session of a log. */
export function newSession(epoch: string): string {
  return `${epoch}.${randomBytes(18).toString('base64url')}`;
}

/** Whether a client's session is one of this log. */
export function isSession(session: string | undefined, epoch: string): session is string {
  return session?.startsWith(`${epoch}.`) === true && session.length === epoch.length + 25;
}

/** The id of a session's person. It is shown to all, and does not tell the session. */
export function idOf(session: string): string {
  return createHash('sha256').update(session).digest('base64url').slice(0, 16);
}
