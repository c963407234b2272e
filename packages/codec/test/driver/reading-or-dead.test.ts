/**
 * A peer that reads at the lowest rate or faster is never given up, whatever it says of its own
 * accord and whatever the application pings; one that is dead always is, in bounded time.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConnectionDriver, type DriverOptions, type Transport } from '../../src/driver/driver.js';
import { type CloseInfo, Connection } from '../../src/index.js';

const STEP_MS = 250;
const END_MS = 1_500_000;
/** The bytes that may lie on the way and under way at most, at 240 bytes a second, and a minute. */
const GIVEN_UP_MS = (1000 * (256 + 320) * 1024) / 240 + 60_000;

interface Life {
  /** How many bytes the peer reads a second, and how many the kernel holds. */
  readonly rate: number;
  readonly kernel: number;
  /** The application sends so many bytes at most, each so many milliseconds. */
  readonly every: number;
  readonly bytes: number;
  /** Whether the application pings, the peer sends Pongs unasked, and messages. */
  readonly pings: boolean;
  readonly pongs: boolean;
  readonly talks: boolean;
  readonly pingsWhileTalking: boolean;
  /** When the peer dies. */
  readonly dies: number;
}

/** Lives it through; when the transport was destroyed, if it was. */
function live(life: Life): {
  destroyedAt: number | undefined;
  outcome: CloseInfo | undefined;
  rings: number;
} {
  let now = 0;
  let wakeAt = Number.POSITIVE_INFINITY;
  let destroyedAt: number | undefined;
  let outcome: CloseInfo | undefined;
  let unread = 0;
  let waits = false;
  let rings = 0;
  const onTheWay: Uint8Array[] = [];
  const transport: Transport = {
    write(chunks) {
      const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
      for (const chunk of chunks) onTheWay.push(Uint8Array.from(chunk));
      unread += bytes;
      waits = unread > life.kernel;
      return waits ? 0 : bytes;
    },
    pause() {},
    resume() {},
    end() {},
    destroy() {
      destroyedAt = now;
    },
    wakeAt(time) {
      wakeAt = time;
    },
  };
  const close = (closeInfo: CloseInfo): void => {
    outcome = closeInfo;
  };
  const server = new Connection({ role: 'server' }, { close });
  const options: DriverOptions = { pingsWhileTalking: life.pingsWhileTalking };
  const driver = new ConnectionDriver(server, transport, options, 0);
  const peer = new Connection({ role: 'client', maxMessageBytes: 1e9, maxFrameBytes: 1e9 }, { message() {} });
  let sent = 0;
  let mayRead = 0;

  const read = (): void => {
    mayRead += (life.rate * STEP_MS) / 1000;
    for (let chunk = onTheWay[0]; mayRead >= 1 && chunk !== undefined; chunk = onTheWay[0]) {
      const part = chunk.subarray(0, Math.floor(mayRead));
      mayRead -= part.length;
      unread -= part.length;
      peer.receive(part);
      if (part.length === chunk.length) onTheWay.shift();
      else onTheWay[0] = chunk.subarray(part.length);
    }
    if (onTheWay.length === 0) mayRead = 0;
    if (life.pongs && now % 70_000 === 0) peer.pong();
    if (life.talks && now % 20_000 === 0) peer.sendText('x');
    for (let out = peer.dataToSend(); out !== undefined; out = peer.dataToSend()) driver.receive(out, now);
    if (!waits || unread > life.kernel) return;
    waits = false;
    driver.written(now);
  };

  for (; now < END_MS && destroyedAt === undefined; now += STEP_MS) {
    // No more than the peer can read in half a minute is sent ahead of it.
    if (now % life.every === 0 && now < 900_000 && sent < life.rate * (now / 1000 + 30)) {
      sent += life.bytes;
      driver.sendBinary(new Uint8Array(life.bytes));
    }
    if (life.pings && now % 45_000 === 0) driver.ping();
    driver.flush();
    if (now < life.dies) read();
    for (let i = 0; wakeAt <= now && destroyedAt === undefined; i++) {
      if (i > 10) throw new Error('rings without end');
      wakeAt = Number.POSITIVE_INFINITY;
      rings++;
      driver.wake(now);
    }
  }
  return { destroyedAt, outcome, rings };
}

it('as many lives show', () => {
  const never = Number.POSITIVE_INFINITY;
  fc.assert(
    fc.property(
      fc.record<Life>({
        rate: fc.constantFrom(240, 300, 1000, 5000, 24_000),
        kernel: fc.constantFrom(0, 4096, 65_536, 200_000),
        every: fc.constantFrom(5000, 20_000, 60_000, 120_000),
        bytes: fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 2000, max: 200_000 })),
        pings: fc.boolean(),
        pongs: fc.boolean(),
        talks: fc.boolean(),
        pingsWhileTalking: fc.boolean(),
        dies: fc.oneof(fc.constant(never), fc.integer({ min: 0, max: 600_000 })),
      }),
      (life) => {
        const { destroyedAt, outcome, rings } = live(life);
        if (destroyedAt === undefined) expect(END_MS - life.dies).toBeLessThan(GIVEN_UP_MS);
        else expect([destroyedAt > life.dies, outcome?.code]).toEqual([true, 1008]);
        expect(rings).toBeLessThan(2000);
      },
    ),
    { numRuns: 60 },
  );
});
