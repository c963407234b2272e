/**
 * Peers that are gone, or end nothing, beside peers that read: how long each is waited for. Time is
 * an argument; the peer reads at once, as slowly as a test says, or not at all.
 */
import { describe, expect, it } from 'vitest';
import { ConnectionDriver, type DriverOptions, type Transport } from '../../src/driver/driver.js';
import {
  type CloseInfo,
  Connection,
  type ConnectionHandlers,
  type ConnectionOptions,
} from '../../src/index.js';

const MIB = 1024 * 1024;

interface Setting {
  readonly role?: 'server' | 'client';
  readonly options?: DriverOptions;
  readonly own?: Partial<ConnectionOptions>;
  readonly handlers?: ConnectionHandlers;
  readonly peer?: Partial<ConnectionOptions>;
  readonly peerHandlers?: (peer: () => Connection) => ConnectionHandlers;
}

/** A driver, its peer, and seconds that go by. */
class World implements Transport {
  now = 0;
  /** When the transport was destroyed, and when the connection has ended. */
  destroyedAt = Number.NaN;
  closedAt = Number.NaN;
  endedAt = Number.NaN;
  outcome: CloseInfo | undefined;
  /** Whether the transport takes no more, and whether the peer reads and answers. */
  blocked = false;
  reads = true;
  answers = true;
  readonly driver: ConnectionDriver;
  readonly peer: Connection;
  #wakeAt = Number.POSITIVE_INFINITY;
  readonly #written: Uint8Array[] = [];

  constructor({ role = 'server', options = {}, own, handlers, peer, peerHandlers }: Setting = {}) {
    const limits = { maxMessageBytes: 1e9, maxFrameBytes: 1e9 };
    const close = (outcome: CloseInfo): void => {
      this.outcome = outcome;
      this.closedAt = this.now;
    };
    const connection = new Connection({ role, ...limits, ...own }, { ...handlers, close });
    this.driver = new ConnectionDriver(connection, this, options, 0);
    const other = role === 'server' ? 'client' : 'server';
    this.peer = new Connection({ role: other, ...limits, ...peer }, peerHandlers?.(() => this.peer) ?? {});
  }

  write(chunks: readonly Uint8Array[]): number {
    for (const chunk of chunks) this.#written.push(Uint8Array.from(chunk));
    return this.blocked ? 0 : chunks.reduce((sum, { length }) => sum + length, 0);
  }
  pause(): void {}
  resume(): void {}
  end(): void {
    this.endedAt = this.now;
  }
  destroy(): void {
    this.destroyedAt = this.now;
  }
  wakeAt(time: number): void {
    this.#wakeAt = time;
  }

  send(bytes: number): void {
    this.driver.sendBinary(new Uint8Array(bytes));
    this.driver.flush();
  }

  /** The peer reads what was written, and its answers come. */
  exchange(): void {
    if (this.reads) for (const chunk of this.#written.splice(0)) this.peer.receive(chunk);
    for (let out = this.peer.dataToSend(); out !== undefined; out = this.peer.dataToSend()) {
      if (this.answers) this.driver.receive(Uint8Array.from(out), this.now);
    }
  }

  /** Seconds go by, to a time or until the transport is destroyed; `each` is called at each. */
  run(until: number, each: () => void = () => {}): void {
    for (; this.now < until && Number.isNaN(this.destroyedAt); this.now += 1000) {
      each();
      this.exchange();
      while (this.#wakeAt <= this.now && Number.isNaN(this.destroyedAt)) {
        this.#wakeAt = Number.POSITIVE_INFINITY;
        this.driver.wake(this.now);
      }
    }
  }

  /** The peer is gone without a word: the seconds until it is given up. */
  dies(): number {
    this.reads = false;
    this.answers = false;
    const from = this.now;
    this.run(1e9);
    return (this.destroyedAt - from) / 1000;
  }
}

describe('behind both Closes the end of TCP is waited for no longer than closeTimeoutMs', () => {
  it.each(['server', 'client'] as const)('however much a %s has sent', (role) => {
    const world = new World({ role });
    world.send(MIB);
    world.run(5000); // no Pong has shown what was read
    world.driver.close(1000);
    world.run(1e9);
    expect(world.outcome?.wasClean).toBe(true);
    expect(world.destroyedAt - world.closedAt).toBe(10_000);
  });

  it('counted from the answer, not from our own Close', () => {
    const world = new World();
    world.driver.close(1000);
    world.answers = false;
    world.run(7000, () => (world.reads = false));
    Object.assign(world, { reads: true, answers: true });
    world.run(1e9);
    expect(world.closedAt).toBe(7000);
    expect(world.destroyedAt).toBe(17_000);
  });

  it('when the peer has closed first', () => {
    const world = new World();
    world.send(MIB);
    world.run(5000);
    world.peer.close(1000);
    world.run(1e9);
    expect(world.outcome?.wasClean).toBe(true);
    expect(world.destroyedAt - world.closedAt).toBe(10_000);
  });

  it('when the peer has closed first, and our answer waits behind what it reads slowly', () => {
    const world = new World();
    world.blocked = true;
    world.send(MIB);
    world.run(60_000);
    world.peer.close(1000);
    // 256 KiB a quarter of a minute.
    world.run(100_000, () => {
      if (world.now % 15_000 === 0) world.driver.written(world.now);
    });
    expect(world.driver.closed).toBe(false);
    world.blocked = false;
    world.driver.written(world.now);
    expect(world.driver.bufferedAmount).toBe(0);
    const left = world.now;
    world.run(1e9);
    expect(world.destroyedAt).toBe(left + 10_000);
  });

  it('when the answer is the application’s, and never comes', () => {
    const world = new World({ own: { autoClose: false } });
    world.send(MIB);
    world.run(5000);
    world.peer.close(1000);
    world.run(7000);
    const heard = 5000;
    world.run(1e9, () => world.driver.sendText('still there?'));
    expect(world.destroyedAt).toBe(heard + 10_000);
  });
});

describe('a dead peer is found in 40 seconds', () => {
  it('when the time has gone by in which everything sent was read, whatever it has said', () => {
    const world = new World({ handlers: { text: () => world.send(8192) } });
    const talk = (): void => {
      if (world.now % 10_000 !== 0) return;
      // For ten minutes it asks for 8 KiB every ten seconds; later it only shows that it is there.
      if (world.now < 600_000) world.peer.sendText('q');
      else world.peer.pong(Uint8Array.of(1));
    };
    world.run(600_000 + 1_200_000, talk);
    expect(world.dies()).toBeLessThanOrEqual(41);
  });

  it('when its Pongs have shown that everything was read', () => {
    const world = new World({ options: { pingsWhileTalking: true } });
    world.run(600_000, () => {
      if (world.now % 10_000 === 0) world.peer.sendText('x');
      if (world.now < 570_000) world.send(8192);
    });
    expect(world.dies()).toBeLessThanOrEqual(41);
  });

  it('when it has answered two Pings by one Pong, the newest (RFC 6455 5.5.3)', () => {
    let newest: Uint8Array | undefined;
    const world = new World({
      peer: { autoPong: false },
      peerHandlers: () => ({ ping: (payload) => (newest = payload) }),
    });
    world.send(300_000);
    world.reads = false;
    world.run(70_000);
    world.reads = true;
    world.run(3_600_000, () => {
      if (world.now % 5000 === 0 && world.now < 3_560_000) world.send(5000);
      world.exchange();
      if (newest !== undefined) world.peer.pong(newest);
      newest = undefined;
    });
    expect(world.driver.closed).toBe(false);
    expect(world.dies()).toBeLessThan(60 + 5000 / 240);
  });
});

describe('a Pong that is no answer to a Ping of the driver’s shows nothing of reading', () => {
  const WAITED = (256 * 1024) / 240;

  it.each([
    ['unasked, without a payload', (world: World) => world.peer.pong()],
    ['unasked, with a number', (world: World) => world.peer.pong(Uint8Array.of(0, 0, 0, 1))],
    [
      'with the mark of a Ping that was never made',
      (world: World) => world.peer.pong(Uint8Array.of(0x73, 0x73, 1, 0)),
    ],
  ])('%s', (_name, pong) => {
    const world = new World();
    world.reads = false;
    world.send(MIB);
    // The peer reads so slowly that it never comes to the Ping; it is there, and says so.
    world.run(90_000, () => {
      if (world.now % 35_000 === 0) pong(world);
    });
    expect(world.dies()).toBeGreaterThan(WAITED - 90);
  });

  it('an answer to a Ping of the application’s', () => {
    const world = new World();
    world.driver.ping();
    world.driver.ping(Uint8Array.of(0, 0, 0, 1));
    world.run(5000);
    world.reads = false;
    world.send(MIB);
    world.run(36_000);
    world.peer.pong();
    world.peer.pong(Uint8Array.of(0, 0, 0, 1));
    world.run(40_000);
    expect(world.dies()).toBeGreaterThan(WAITED - 90);
  });
});

it.each([64 * 1024, MIB, 4 * MIB])(
  'a peer that reads nothing is given up in 41 minutes, with a high-water mark of %i',
  (highWaterMark) => {
    const world = new World({ options: { highWaterMark } });
    world.blocked = true;
    world.send(16e6);
    expect(world.dies()).toBeLessThan(41 * 60);
    expect(world.outcome?.reason).toBe('what is sent is not read');
  },
);

it('after 65,536 Pings the numbers begin anew, and answers are known', () => {
  const world = new World({ options: { pingIntervalMs: 1000, pongTimeoutMs: 1000 } });
  for (let i = 0; i < 66_000; i++) {
    world.now += 1000;
    world.driver.wake(world.now);
    world.exchange();
  }
  world.send(200_000);
  world.now += 1000;
  world.driver.wake(world.now);
  world.exchange();
  world.run(world.now + 3000);
  expect(world.dies()).toBeLessThanOrEqual(3);
});

it('nobody is given up while the application has paused reading; once it reads again a dead peer is', () => {
  const world = new World();
  world.driver.pause();
  world.reads = false;
  world.run(86_400_000);
  expect(world.driver.closed).toBe(false);
  world.driver.resume();
  expect(world.dies()).toBeLessThanOrEqual(41);
});
