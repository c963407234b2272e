/**
 * A transport of one's own: bytes over a `MessagePort`, to a worker, a frame or another thread.
 *
 * `sanssocket/web-streams` runs servers and clients over any pair of web streams. A transport is such a
 * pair, and has to do four things right, which this one does by four messages:
 *
 * - Back-pressure: a chunk is sent for each `'more'` of the reader, and no sooner. A reader that does
 *   not read holds its writer up, and nothing piles up between them.
 * - The end of one side: `'end'` is the writer's last word; the other direction goes on.
 * - The loss of both: `'gone'`, from a side that has given up. The port itself may be lost, too.
 * - Nothing is left: the port is closed once both sides have ended, or are lost.
 */
import { ReadableStream, WritableStream } from 'node:stream/web';

/** The methods that are used of a `MessagePort`: the platform's, or that of `node:worker_threads`. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  start(): void;
  close(): void;
}

/** Bytes in both directions, as `accept` and `open` of `sanssocket/web-streams` take them. */
export interface Streams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/**
 * Makes the streams of one end of a channel; the other end has its own.
 *
 * @param port - not started before
 */
export function portStreams(port: Port): Streams {
  /** Called for the chunk that a read waits for. */
  let arrived: (() => void) | undefined;
  /** Reads of the other end that wait for a chunk; a write that waits for such a read. */
  let wanted = 0;
  let onWanted: (() => void) | undefined;
  const open = { read: true, write: true };
  let reading: { enqueue(chunk: Uint8Array): void; close(): void; error(reason: Error): void };
  let writing: { error(reason: Error): void };

  const settle = (): void => {
    arrived?.();
    onWanted?.();
    if (!open.read && !open.write) port.close();
  };
  const lose = (reason: Error): void => {
    if (open.read) reading.error(reason);
    if (open.write) writing.error(reason);
    open.read = false;
    open.write = false;
    settle();
  };
  const giveUp = (): void => {
    if (open.read || open.write) port.postMessage('gone', []);
    lose(new Error('this end was given up'));
  };

  const readable = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reading = controller;
      },
      pull() {
        port.postMessage('more', []);
        return new Promise<void>((resolve) => {
          arrived = resolve;
        });
      },
      cancel: giveUp,
    },
    { highWaterMark: 0 }, // nothing is read ahead
  );
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      writing = controller;
    },
    async write(chunk) {
      while (wanted === 0 && open.write) {
        await new Promise<void>((resolve) => {
          onWanted = resolve;
        });
      }
      if (!open.write) return;
      wanted--;
      const own = new Uint8Array(chunk); // the writer may use its memory again
      port.postMessage(own, [own.buffer]);
    },
    close() {
      open.write = false;
      port.postMessage('end', []);
      settle();
    },
    abort: giveUp,
  });

  port.addEventListener('message', (event: { readonly data?: unknown }) => {
    const { data } = event;
    if (data === 'more') wanted++;
    else if (data === 'gone') lose(new Error('the other end has given up'));
    else if (data === 'end' && open.read) {
      open.read = false;
      reading.close();
    } else if (data instanceof Uint8Array && open.read) reading.enqueue(data);
    settle();
  });
  port.addEventListener('close', () => lose(new Error('the port is closed')));
  port.start();
  return { readable, writable };
}
