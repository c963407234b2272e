/**
 * Peers that read slowly, over a path of buffers, beside peers that do not read: who is given up,
 * when, and why.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionDriver, type DriverOptions, type Transport } from '../../src/driver/driver.js';
import { type CloseInfo, Connection } from '../../src/index.js';
import { World } from './simulation.js';

const KIB = 1024;

/**
 * A transport that tells of a whole batch when its last byte has gone into a buffer of the
 * kernel's, a proxy's buffer behind it, and a peer that reads from the far end of both at a rate. A
 * lump is what must have left the kernel's buffer before it takes more.
 */
class Path implements Transport {
  host!: ConnectionDriver;
  gone = false;
  /** All that was written, as the peer will read it. */
  readonly passed: Uint8Array[] = [];
  readonly #world: World;
  readonly #buffer: number;
  readonly #lump: number;
  /** Bytes of the batch under way, and of what lies in buffers. */
  #batch = 0;
  #inBuffer = 0;
  #refused = false;
  #wakeId = 0;

  constructor(world: World, { buffer, lump, rate, reader }: PathOptions) {
    this.#world = world;
    this.#buffer = buffer;
    this.#lump = lump;
    const read = (): void => {
      for (let left = rate; left > 0 && this.#inBuffer > 0 && !this.gone; ) {
        const bytes = Math.min(left, this.#inBuffer);
        left -= bytes;
        this.#inBuffer -= bytes;
        reader.read(bytes);
        this.#move();
      }
      world.after(1000, read);
    };
    if (rate > 0) world.after(1000, read);
  }

  write(chunks: readonly Uint8Array[]): number {
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    this.#batch = bytes;
    for (const chunk of chunks) this.passed.push(Uint8Array.from(chunk));
    this.#fill();
    return this.#batch === 0 ? bytes : 0;
  }

  #move(): void {
    if (this.#batch === 0) return;
    if (this.#refused && this.#buffer - this.#inBuffer < this.#lump) return;
    this.#fill();
    if (this.#batch === 0) this.host.written(this.#world.now);
  }

  #fill(): void {
    const bytes = Math.min(this.#batch, this.#buffer - this.#inBuffer);
    this.#batch -= bytes;
    this.#inBuffer += bytes;
    this.#refused = this.#batch > 0;
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {
    this.gone = true;
  }
  wakeAt(time: number): void {
    const id = ++this.#wakeId;
    if (time === Number.POSITIVE_INFINITY) return;
    this.#world.at(Math.max(time, this.#world.now), () => {
      if (id === this.#wakeId && !this.gone) this.host.wake(this.#world.now);
    });
  }
}

interface PathOptions {
  /** Bytes that kernels and proxies hold. */
  readonly buffer: number;
  readonly lump: number;
  /** In bytes a second; 0 for a peer that reads nothing. */
  readonly rate: number;
  readonly reader: { read(bytes: number): void };
}

interface Setting extends Omit<PathOptions, 'reader'> {
  /** Bytes of the message that is sent. */
  readonly message: number;
  readonly options?: DriverOptions;
  /** Whether the application closes when it has sent it. */
  readonly closes?: boolean;
  /** Whether it fails the connection then; five seconds after it has closed it, if it has. */
  readonly fails?: boolean;
}

/**
 * A server that sends one message to such a peer, which answers each Ping and the Close as it comes
 * to them.
 */
async function send(
  { message, options = {}, closes = false, fails = false, ...path }: Setting,
  seconds: number,
) {
  const world = new World([0.5]);
  const outcomes: CloseInfo[] = [];
  let heard = 0;
  const peer = new Connection(
    {
      role: 'client',
      maxMessageBytes: 1e9,
      maxFrameBytes: 1e9,
      generateMaskingKey: () => 0,
    },
    { message: (_opcode, { length }) => (heard += length) },
  );
  let at = 0;
  const reader = {
    read(bytes: number): void {
      for (let left = bytes; left > 0; ) {
        const [chunk] = transport.passed;
        const part = chunk!.subarray(at, at + left);
        left -= part.length;
        at += part.length;
        if (at === chunk!.length) {
          transport.passed.shift();
          at = 0;
        }
        peer.receive(part);
        for (let out = peer.dataToSend(); out !== undefined; out = peer.dataToSend())
          host.receive(Uint8Array.from(out), world.now);
      }
    },
  };
  const transport = new Path(world, { ...path, reader });
  const connection = new Connection({ role: 'server' }, { close: (outcome) => void outcomes.push(outcome) });
  const host: ConnectionDriver = new ConnectionDriver(connection, transport, options, 0);
  transport.host = host;
  host.sendBinary(new Uint8Array(message));
  host.flush();
  if (closes) host.close(1000);
  if (fails) world.after(closes ? 5000 : 0, () => host.fail(1013));
  let goneAt = Number.POSITIVE_INFINITY;
  host.onClose = () => {
    goneAt = world.now / 1000;
  };
  await world.run(seconds * 1000);
  return { host, transport, outcome: outcomes[0], heard, goneAt };
}

describe('a peer that goes on reading', () => {
  it('at 24 KB/s is sent 12 MB, and answers what is asked behind it', async () => {
    // As loopback showed: 2.6 MB in the kernel, which takes more when a third is free.
    const path = { buffer: 2600 * KIB, lump: 870 * KIB, rate: 24_000 };
    const { host, heard } = await send({ ...path, message: 12e6 }, 1200);
    expect(heard).toBe(12e6);
    expect(host.closed).toBe(false);
    expect(host.connection.state).toBe('open');
  });

  it('at the lowest rate allowed is not given up, whatever lies on the way, and however late a batch is told of', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          buffer: fc.constantFrom(1, 2000, 64 * KIB, 256 * KIB),
          lumps: fc.constantFrom(1, 3, 1000),
          message: fc.constantFrom(100, 100 * KIB, 300 * KIB, 700 * KIB),
          rate: fc.constantFrom(240, 300, 5000),
          highWaterMark: fc.constantFrom(1000, 64 * KIB),
          closes: fc.boolean(),
        }),
        async ({ buffer, lumps, message, rate, highWaterMark, closes }) => {
          const setting = { buffer, lump: Math.ceil(buffer / lumps), rate, message, closes };
          const read = await send(
            { ...setting, options: { highWaterMark: highWaterMark } },
            message / rate + 200,
          );
          expect(read.heard).toBe(message);
          if (closes) expect(read.outcome).toMatchObject({ wasClean: true, code: 1000 });
          else expect(read.host.closed).toBe(false);
        },
      ),
      { numRuns: 60 },
    ));

  it('is held to the rate that is asked for', async () => {
    const path = { buffer: 64 * KIB, lump: 1, message: 2e6 };
    const options = { minReadBytesPerSecond: 10_000 };
    expect((await send({ ...path, options, rate: 12_000 }, 400)).heard).toBe(2e6);
    const slow = await send({ ...path, options, rate: 1000 }, 400);
    expect(slow.outcome).toMatchObject({ code: 1008, reason: 'what is sent is not read' });
  });
});

describe('a peer that reads nothing', () => {
  const rate = 0;

  it('is given up as before if little was sent to it: no answer to a ping', async () => {
    const { goneAt, outcome } = await send({ buffer: 64 * KIB, lump: 1, rate, message: 200 }, 3000);
    expect(outcome).toMatchObject({ code: 1008, reason: 'no answer to a ping' });
    expect(goneAt).toBeCloseTo(40, 1);
  });

  it('is given up in bounded time however much was sent, and the reason says whether the ping had left', async () => {
    const small = await send({ buffer: 9e6, lump: 1, rate, message: 8e6 }, 9000);
    expect(small.outcome?.reason).toBe('no answer to a ping');
    expect(small.goneAt).toBeLessThan(30 + 10 + (256 * KIB) / 240 + 1);
    const large = await send({ buffer: 4e6, lump: 1, rate, message: 8e6 }, 9000);
    expect(large.outcome?.reason).toBe('what is sent is not read');
    expect(large.goneAt).toBeLessThan(30 + 10 + (512 * KIB) / 240 + 1);
  });

  it('is given up so when a connection is closed, and at once after the time limit when it fails', async () => {
    const path = { buffer: 100 * KIB, lump: 1, rate, message: 8e6 };
    const closed = await send({ ...path, closes: true }, 9000);
    expect(closed.goneAt).toBeGreaterThan(500);
    expect(closed.goneAt).toBeLessThan(10 + (512 * KIB) / 240 + 1);
    expect(closed.outcome?.code).toBe(1006);
    const failed = await send({ ...path, fails: true }, 9000);
    expect(failed.goneAt).toBeCloseTo(10, 1);
    // The time that the closing was allowed ends with the failure.
    expect((await send({ ...path, closes: true, fails: true }, 9000)).goneAt).toBeCloseTo(15, 1);
    const reads = { ...path, rate: 60_000, closes: true, fails: true };
    expect((await send(reads, 9000)).goneAt).toBeCloseTo(15, 1);
  });
});
