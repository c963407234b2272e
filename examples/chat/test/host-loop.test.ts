import { Duplex } from 'node:stream';
import { Connection } from '@sanssocket/codec';
import { expect, it } from 'vitest';
import { SocketHost } from '../src/host-loop.js';

/** A stream whose other end takes what was written when the test says so. */
class HeldStream extends Duplex {
  readonly writes: Buffer[] = [];
  #release: (() => void) | undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk);
    this.#release = done;
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done);
  }

  /** The write under way is done. Resolves when its callbacks have run. */
  async release(): Promise<void> {
    this.#release?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('writes what was queued during a write in one write', async () => {
  const stream = new HeldStream();
  const connection = new Connection({ role: 'server' }, {});
  const host = new SocketHost(stream, connection, { closeTimeoutMs: 60_000 });
  host.start(new Uint8Array(0));
  // Large ones are chunks of their own.
  for (const size of [1, 2, 100_000, 3, 100_000, 4]) {
    connection.sendBinary(new Uint8Array(size));
    host.flush();
  }
  expect(stream.writes.length).toBe(1);
  expect(connection.bufferedAmount).toBeGreaterThan(200_000);
  await stream.release();
  expect(stream.writes.length).toBe(2);
  expect(connection.bufferedAmount).toBe(0);
  await stream.release();
  expect(stream.writes.length).toBe(2);

  let received = 0;
  const client = new Connection({ role: 'client' }, { binary: () => received++ });
  for (const bytes of stream.writes) client.receive(bytes);
  expect(received).toBe(6);
});

it('ends the socket when all is written, not before', async () => {
  const stream = new HeldStream();
  const connection = new Connection({ role: 'server' }, {});
  const host = new SocketHost(stream, connection, { closeTimeoutMs: 60_000 });
  host.start(new Uint8Array(0));
  connection.sendText('first');
  host.flush();
  connection.sendText('last');
  connection.fail(1011, 'sorry');
  host.flush();
  expect(stream.writableEnded).toBe(false);
  await stream.release();
  expect(stream.writableEnded).toBe(false);
  await stream.release();
  expect(stream.writableEnded).toBe(true);
  stream.destroy();
});
