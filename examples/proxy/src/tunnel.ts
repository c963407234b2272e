/** Two sockets as one: from the backend's 101 on, bytes pass as they are, frames or not. */
import type { Socket } from 'node:net';

/** Time limits of a tunnel, in milliseconds. */
export interface TunnelTimes {
  /** Without a byte in either direction. A backend that pings its clients keeps it open. */
  readonly idleTimeoutMs: number;
  /** From the end of one side to the end of the other. */
  readonly halfClosedTimeoutMs: number;
}

/**
 * Joins two sockets until both have ended. `pipe` passes on the end of each direction, and reads no
 * faster than the other side takes.
 *
 * @param toBack - bytes that were read of the front before
 * @param toFront - the same of the back
 */
export function tunnel(
  front: Socket,
  back: Socket,
  toBack: readonly Uint8Array[],
  toFront: Uint8Array,
  { idleTimeoutMs, halfClosedTimeoutMs }: TunnelTimes,
): void {
  const cut = (): void => {
    front.destroy();
    back.destroy();
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  for (const [socket, other] of [
    [front, back],
    [back, front],
  ] as const) {
    const onEnd = (): void => {
      timer ??= setTimeout(cut, halfClosedTimeoutMs);
    };
    socket.on('error', () => {}); // 'close' follows
    socket.on('end', onEnd).on('close', () => {
      onEnd();
      if (other.destroyed) clearTimeout(timer);
      else other.destroySoon(); // bytes on their way arrive, within the time limit
    });
  }
  // Every byte passes the front, in one direction or the other.
  front.setTimeout(idleTimeoutMs, cut);
  for (const chunk of toBack) back.write(chunk);
  front.write(toFront);
  front.pipe(back);
  back.pipe(front);
}
