/** Node's adapter on real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ConnectionDriver, DriverOptions } from '../../src/driver/driver.js';
import { type CloseInfo, Connection, type ConnectionOptions } from '../../src/index.js';
import { attachSocket } from '../../src/node.js';
import { messageBytes } from './person.js';

const MIB = 0x10_0000;

/** A server whose connections echo, and a client's socket. */
async function startEcho(options: DriverOptions = {}): Promise<{
  client: Socket;
  server: {
    host: ConnectionDriver;
    socket: Socket;
    outcome: Promise<CloseInfo>;
    gone: Promise<void>;
    mostWaiting: () => number;
  };
}> {
  const listener = createServer();
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = await accepted;
  listener.close();
  onTestFinished(() => {
    client.destroy();
    socket.destroy();
  });
  let mostWaiting = 0;
  let end!: (outcome: CloseInfo) => void;
  const outcome = new Promise<CloseInfo>((resolve) => {
    end = resolve;
  });
  const connection = new Connection(
    { role: 'server' },
    {
      binary(bytes) {
        host.sendBinary(bytes);
        mostWaiting = Math.max(mostWaiting, host.bufferedAmount + socket.writableLength);
      },
      close: end,
    },
  );
  const host = attachSocket(socket, connection, options);
  const gone = new Promise<void>((resolve) => {
    host.onClose = resolve;
  });
  return { client, server: { host, socket, outcome, gone, mostWaiting: () => mostWaiting } };
}

function client(
  socket: Socket,
  head?: Uint8Array,
  options: ConnectionOptions = { role: 'client' },
): { host: ConnectionDriver; heard: Uint8Array[]; gone: Promise<void> } {
  const heard: Uint8Array[] = [];
  const connection: Connection = new Connection(options, { binary: (bytes) => heard.push(bytes) });
  const host = attachSocket(socket, connection, {}, head);
  const gone = new Promise<void>((resolve) => {
    host.onClose = resolve;
  });
  return { host, heard, gone };
}

describe('attachSocket', () => {
  it('carries messages of all sizes there and back, and lets the server end TCP first', async () => {
    const { client: socket, server } = await startEcho();
    const ends: string[] = [];
    server.socket.on('end', () => ends.push('the client has ended'));
    socket.on('end', () => ends.push('the server has ended'));
    const { host, heard, gone } = client(socket);
    const said = [0, 1, 125, 126, 65_535, 65_536, 300_000, 3 * MIB].map((length, i) =>
      messageBytes(i, length),
    );
    for (const message of said) host.sendBinary(message);
    await expect.poll(() => heard.length).toBe(said.length);
    for (const [i, message] of said.entries()) expect(Buffer.compare(heard[i]!, message)).toBe(0);
    host.close(1000, 'done');
    await Promise.all([gone, server.gone]);
    expect((await server.outcome).wasClean).toBe(true);
    expect(host.connection.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
    expect(ends).toEqual(['the server has ended', 'the client has ended']);
  });

  it('holds little for a client that sends 236 MB and reads nothing, does not read it on, and gives it up', async () => {
    const { client: socket, server } = await startEcho({
      pingIntervalMs: 800,
      pongTimeoutMs: 400,
      closeTimeoutMs: 400,
      minReadBytesPerSecond: 10_000_000,
    });
    socket.on('error', () => {}).pause();
    const frame = Buffer.concat([
      Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0),
      Buffer.alloc(MIB),
    ]);
    for (let i = 0; i < 236; i++) socket.write(frame);
    await server.gone;
    expect((await server.outcome).code).toBe(1008);
    // A message that is read, one that waits as an answer, and what one write holds.
    expect(server.mostWaiting()).toBeLessThan(3 * MIB);
    expect(socket.bytesWritten - socket.writableLength).toBeLessThan(100 * MIB);
    expect(server.socket.destroyed).toBe(true);
  });

  it('reads on when a slow client reads on', async () => {
    const { client: socket, server } = await startEcho();
    const { host, heard, gone } = client(socket);
    host.pause();
    for (let i = 0; i < 30; i++) host.sendBinary(messageBytes(i, MIB / 2));
    await expect.poll(() => server.mostWaiting()).toBeGreaterThan(MIB / 2);
    expect(heard.length).toBe(0);
    host.resume();
    await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(30);
    for (const [i, bytes] of heard.entries()) expect(Buffer.compare(bytes, messageBytes(i, MIB / 2))).toBe(0);
    expect(server.mostWaiting()).toBeLessThan(2 * MIB);
    host.close();
    await gone;
  }, 30_000);

  it('answers what a client said before it ended its side', async () => {
    const { client: socket, server } = await startEcho();
    const received: Buffer[] = [];
    socket.allowHalfOpen = true;
    socket.on('data', (chunk) => received.push(chunk));
    socket.end(Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 7));
    await once(socket, 'end');
    expect([...Buffer.concat(received)]).toEqual([0x82, 1, 7]);
    expect((await server.outcome).code).toBe(1006);
    await server.gone;
  });

  it('is told of a socket that fails, with its error, and of one that is gone already', async () => {
    const { client: socket, server } = await startEcho();
    socket.resetAndDestroy();
    await server.gone;
    expect(server.host.transportError).toMatchObject({ code: 'ECONNRESET' });
    expect((await server.outcome).code).toBe(1006);
    const late = client(socket);
    await late.gone;
    expect(late.host.connection.closeInfo?.code).toBe(1006);
    expect(late.host.sendText('nobody hears')).toBe(false);
  });

  it('calls the sink when it has returned: what followed the handshake comes first', async () => {
    const { client: socket, server } = await startEcho();
    socket.write(Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 9));
    const { heard, host } = client(socket, Uint8Array.of(0x82, 1, 8));
    expect(heard.length).toBe(0);
    await expect.poll(() => heard.map((bytes) => bytes[0])).toEqual([8, 9]);
    host.close();
    await server.gone;
  });

  it('does not take what tells of one batch for another', async () => {
    let writes = 0;
    const stream = Object.assign(
      new Duplex({
        read() {},
        write(_chunk, _encoding, done) {
          if (++writes === 1) done();
        },
      }),
      { setNoDelay() {} },
    );
    onTestFinished(() => void stream.destroy());
    const host = attachSocket(stream, new Connection({ role: 'server' }, {}));
    host.sendBinary(new Uint8Array(10));
    host.flush();
    expect(host.bufferedAmount).toBe(0); // and the callback is still to come
    host.sendBinary(new Uint8Array(20));
    host.flush();
    await new Promise(setImmediate);
    expect(host.bufferedAmount).toBe(22);
  });

  it('takes no write that has failed for one that is through', async () => {
    const written: number[] = [];
    const stream = new Duplex({
      read() {},
      write(chunk: Uint8Array, _encoding, done) {
        written.push(chunk.length);
        setImmediate(() => done(new Error('the wire')));
      },
    });
    const host = attachSocket(stream, new Connection({ role: 'server' }, {}));
    const write = vi.spyOn(stream, 'write');
    host.sendBinary(new Uint8Array(10));
    host.flush();
    host.sendBinary(new Uint8Array(20));
    host.flush();
    await expect.poll(() => host.closed).toBe(true);
    expect(String(host.transportError)).toContain('the wire');
    expect(write).toHaveBeenCalledTimes(1);
  });

  it.each(['always at once', 'never at once', 'now and then'])(
    'goes on with a socket that calls back from inside of write, and is through %s',
    async (when) => {
      let writes = 0;
      const written: number[] = [];
      const stream = Object.assign(new PassThrough(), { setNoDelay() {}, waiting: 0 });
      Object.defineProperty(stream, 'writableLength', { get: () => stream.waiting });
      stream.write = ((chunk: Uint8Array, back?: () => void) => {
        written.push(chunk.length);
        const atOnce = when === 'always at once' || (when === 'now and then' && ++writes % 4 < 2);
        if (atOnce) back?.();
        else {
          stream.waiting += chunk.length;
          setImmediate(() => {
            stream.waiting -= chunk.length;
            back?.();
          });
        }
        return true;
      }) as typeof stream.write;
      onTestFinished(() => void stream.destroy());
      const driver = attachSocket(stream, new Connection({ role: 'server' }, {}));
      for (let i = 0; i < 50; i++) {
        driver.sendText(`message ${i}`);
        driver.flush();
        if (i % 3 === 0) await new Promise(setImmediate);
      }
      await expect.poll(() => driver.bufferedAmount).toBe(0);
      expect(written.reduce((sum, length) => sum + length, 0)).toBe(10 * 11 + 40 * 12);
    },
  );

  it('has the same listeners on all sockets of the runtime’s: closures would take 300 bytes a connection', async () => {
    const { server: one } = await startEcho();
    const { server: other } = await startEcho();
    for (const event of ['data', 'end', 'error', 'close'])
      expect(one.socket.listeners(event).at(-1)).toBe(other.socket.listeners(event).at(-1));
  });

  it('gives no memory back that a stream in the same program may hold', async () => {
    const stream = new PassThrough();
    const written: Buffer[] = [];
    const seen = new Promise<void>((resolve) => {
      const original = stream.write.bind(stream);
      stream.write = ((chunk: Buffer, ...rest: [() => void]) => {
        written.push(chunk);
        if (written.length === 20) resolve();
        return original(chunk, ...rest);
      }) as typeof stream.write;
    });
    const config = { role: 'server' } as const;
    const host = attachSocket(stream, new Connection(config, {}));
    stream.removeAllListeners('data'); // it would hear itself
    for (let i = 0; i < 20; i++) {
      host.sendBinary(messageBytes(i, 600));
      await new Promise(setImmediate);
    }
    await seen;
    for (const [i, chunk] of written.entries())
      expect([...chunk.subarray(4)]).toEqual([...messageBytes(i, 600)]);
    host.fail();
  });
});
