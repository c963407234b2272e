/** What output holds, waiting or written, is in proportion to its bytes, whatever was sent before by whom. */
import { describe, expect, it } from 'vitest';
import { FIN, PING } from '../../src/frames.js';
import { Connection, ConnectionConfig } from '../../src/index.js';
import { concat, masked } from '../frames.js';
import { gc } from './heap.js';

/** An allocator that knows how much of what it gave is held by somebody. */
class Ledger {
  readonly #given: WeakRef<ArrayBufferLike>[] = [];

  readonly allocate = (bytes: number): Uint8Array => {
    const memory = new Uint8Array(bytes);
    this.#given.push(new WeakRef(memory.buffer));
    return memory;
  };

  /** After a turn of the event loop, as what a turn has looked at lives until its end. */
  async held(): Promise<number> {
    await new Promise((done) => setTimeout(done, 0));
    gc();
    return this.#given.reduce((sum, memory) => sum + (memory.deref()?.byteLength ?? 0), 0);
  }
}

const pings = concat(...Array.from({ length: 6 }, (_, i) => masked(FIN | PING, `png${i}`)));
/** What is kept for the next output of a configuration: one slab of each length. */
const KEPT_BYTES = 85 * 1024;

describe.each([true, false])('a host that gives chunks back: %s', (reuses) => {
  it('holds for 12,000 queued pongs four times their bytes and 4 KiB a connection, after a chunk of 60 KB', async () => {
    const ledger = new Ledger();
    const config = new ConnectionConfig({ role: 'server', allocate: ledger.allocate });
    const write = (connection: Connection): number => {
      let written = 0;
      for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
        written += chunk.length;
        if (reuses) connection.recycleOutput(chunk);
      }
      return written;
    };
    const large = new Connection(config, {});
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) large.sendBinary(new Uint8Array(3000));
      expect(write(large)).toBeGreaterThan(60_000);
    }

    const connections = Array.from({ length: 2000 }, () => new Connection(config, {}));
    for (const connection of connections) connection.receive(pings.slice());
    const waiting = connections.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
    expect(waiting).toBe(12_000 * 6);
    expect(await ledger.held()).toBeLessThanOrEqual(4 * waiting + 4096 * connections.length + KEPT_BYTES);

    // The same between large chunks of others, and what has been written and is held by the host.
    const chunks: Uint8Array[] = [];
    for (const connection of connections) {
      for (let i = 0; i < 20; i++) large.sendBinary(new Uint8Array(3000));
      write(large);
      chunks.push(connection.dataToSend()!);
    }
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    expect(bytes).toBe(waiting);
    expect(chunks.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)).toBeLessThanOrEqual(4 * bytes);
    expect(await ledger.held()).toBeLessThanOrEqual(4 * bytes + KEPT_BYTES + 65_536);
  });
});

it('a kernel that throws leaves nothing of a large message in the configuration', () => {
  const sizes: number[] = [];
  const config = new ConnectionConfig({
    role: 'client',
    mask() {
      throw new Error('mask');
    },
    allocate: (bytes) => {
      sizes.push(bytes);
      return new Uint8Array(bytes);
    },
  });
  const one = new Connection(config, {});
  expect(() => one.sendBinary(new Uint8Array(50_000_000))).toThrow('mask');
  one.dataToSend();
  const other = new Connection(config, {});
  expect(() => other.sendBinary(new Uint8Array(1))).toThrow('mask');
  // The second connection got the 50 MB slab of the first from the configuration: no allocation.
  expect(sizes).toHaveLength(2);
});
