// The message limit counts inflated bytes, whatever the engine and however they come (advisories M02 to M47).
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { engines } from '../engines.js';
import { clientEnd, Recorder } from '../pair.js';

const NO_TAKEOVER = '; server_no_context_takeover; client_no_context_takeover';

/** A compressed message as a server sends it, in so many frames. */
function frames(payload: Uint8Array, count: number): Buffer {
  const size = Math.ceil(payload.length / count);
  const parts = Array.from({ length: count }, (_, i) => payload.subarray(i * size, (i + 1) * size));
  return Buffer.concat(
    parts.flatMap((part, i) => {
      const header = Buffer.alloc(10);
      header[0] = (i === 0 ? 0x42 : 0) | (i === count - 1 ? 0x80 : 0);
      header[1] = 127;
      header.writeBigUInt64BE(BigInt(part.length), 2);
      if (part.length >= 65536) return [header, part];
      const short = Buffer.of(header[0], 126, part.length >> 8, part.length & 0xff);
      return part.length < 126 ? [Buffer.of(header[0], part.length), part] : [short, part];
    }),
  );
}

const compress = (message: Uint8Array, options = {}): Buffer =>
  deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH, ...options }).subarray(0, -4);

/** 256 MiB in a thousandth of it. */
const BOMB = compress(new Uint8Array(256 * 2 ** 20), { level: 9 });

describe.each(engines)('%s', (_name, engine) => {
  const response = engine.inflateTakeover ? '' : NO_TAKEOVER;
  const receiver = (maxMessageBytes: number): Recorder =>
    new Recorder({ role: 'client', maxMessageBytes }, clientEnd(engine, response));

  // 8192n: advisory S20; 2^15, 2^16, 2^21: M46, M47.
  const limits = [100, 8192, 2 * 8192, 2 ** 15, 2 ** 16, 2 ** 16 + 1, 2 ** 21];
  test.each(limits)('%i bytes: one less and as many pass, one more does not', async (limit) => {
    for (const bytes of [limit - 1, limit, limit + 1]) {
      const payload = compress(new Uint8Array(bytes).fill(97));
      for (const count of [1, 3]) {
        const recorder = receiver(limit);
        const input = frames(payload, count);
        const cut = input.length >> 1;
        recorder.connection.receive(input.subarray(0, cut));
        recorder.connection.receive(input.subarray(cut));
        await recorder.settled();
        if (bytes > limit) {
          expect(recorder.outcome?.fault).toMatchObject({ code: 'MESSAGE_TOO_LARGE', closeCode: 1009 });
          expect(recorder.messages).toEqual([]);
        } else {
          expect(recorder.outcome).toBeUndefined();
          expect(recorder.messages[0]).toHaveLength(bytes);
        }
      }
    }
  });

  test('the second message of a connection has the same limit', async () => {
    const recorder = receiver(1000);
    recorder.connection.receive(frames(compress(new Uint8Array(1000)), 1));
    await recorder.settled();
    recorder.connection.receive(frames(compress(new Uint8Array(1001)), 1));
    await recorder.settled();
    expect(recorder.messages).toHaveLength(1);
    expect(recorder.outcome?.fault?.code).toBe('MESSAGE_TOO_LARGE');
  });

  test('a bomb of 1000:1 is stopped at the limit', async () => {
    const bomb = frames(BOMB, 1);
    const limit = 2 ** 20;
    const inflate = async (): Promise<void> => {
      const recorder = receiver(limit);
      recorder.connection.receive(bomb);
      await recorder.settled();
      expect(recorder.outcome?.fault?.code).toBe('MESSAGE_TOO_LARGE');
    };
    await inflate();
    const before = process.memoryUsage();
    await inflate();
    const after = process.memoryUsage();
    // Everything that was allocated, as hardly anything is collected in between: the limit, for engines that let an
    // array grow half as much once more, the payload some times, a chunk of output.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 * limit + 4 * bomb.length + 2 ** 18);
  });
});
