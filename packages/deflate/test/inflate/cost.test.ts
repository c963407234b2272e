// What a peer can make us do is linear in what it sent and what that inflates to. Work is counted, see `work-meter.ts`.
import { constants, deflateRawSync } from 'node:zlib';
import type { DeflateEngine, Inflater } from '@sanssocket/deflate';
import { describe, expect, test, vi } from 'vitest';
import { HuffmanCode } from '../../src/inflate/huffman.js';
import { Scratch } from '../../src/inflate/inflate.js';
import { engines } from '../engines.js';
import { bytesOf } from '../pair.js';
import { count, measure } from '../work-meter.js';

vi.mock('pako', async (original) => {
  const pako = await original<typeof import('pako')>();
  const zlibInflate: typeof pako.zlibInflate = (strm, flush) => {
    const { avail_in: input, avail_out: output } = strm;
    const status = pako.zlibInflate(strm, flush);
    count(input - strm.avail_in + output - strm.avail_out);
    return status;
  };
  return { ...pako, zlibInflate };
});

// Spoiling is work, too.
Scratch.spoils = false;

const sync = (bytes: Uint8Array, options = {}): Uint8Array =>
  new Uint8Array(deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, ...options }));
const repeated = (hex: string, times: number): Uint8Array => bytesOf(hex.repeat(times));
const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Payloads, all that is sent. */
type Attack = (size: number) => readonly Uint8Array[];

const END = '0300';
const noise = Uint8Array.from({ length: 40_000 }, (_, i) => (i * i) >> 3);

const attacks: readonly (readonly [string, Attack])[] = [
  [
    'much that inflates to more, then ends',
    (n) => [joined(sync(new Uint8Array(n * 2048)), repeated(END, n))],
  ],
  [
    'streams of 32 bytes',
    (n) => [joined(...Array.from({ length: n }, (_, i) => deflateRawSync(noise.subarray(i, i + 32))))],
  ],
  [
    'ends, then much that is stored',
    (n) => [joined(repeated(END, n), sync(new Uint8Array(n * 1024), { level: 0 }).subarray(0, -4))],
  ],
  [
    'a window, then ends, each a message',
    (n) => [sync(noise).subarray(0, -4), ...Array(n).fill(bytesOf(END))],
  ],
  [
    'a window, then ends and empty messages in turns',
    (n) => [
      sync(noise).subarray(0, -4),
      ...Array(n)
        .fill([bytesOf(END), bytesOf('00')])
        .flat(),
    ],
  ],
  [
    'a window, then ends inside of messages',
    (n) => [sync(noise).subarray(0, -4), ...Array(n).fill(bytesOf('0300 0300 00'))],
  ],
  [
    'a window, then messages of a byte',
    (n) => [sync(noise).subarray(0, -4), ...Array(n).fill(bytesOf('4a0400'))],
  ],
  ['a code for each 90 bits', (n) => [joined(codes(n))]],
];

/** Blocks with codes and without a symbol, bit by bit; at the end the header of an empty block. */
function codes(blocks: number): Uint8Array {
  // BFINAL 0, BTYPE 10, HLIT 0, HDIST 0, HCLEN 14; codes of one bit for the lengths 1 and 18 (RFC 1951 3.2.7).
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];
  const header = `001${'00000'}${'00000'}${'0111'}`;
  const lengths = order.map((symbol) => (symbol === 1 || symbol === 18 ? '100' : '000')).join('');
  // 138 zeros, 118 zeros, 1 for the end of the block, 1 for a distance; then the end of the block.
  const bits = `${header}${lengths}1${'1111111'}1${'1101011'}000`.repeat(blocks);
  const padded = `${bits}000`.padEnd(Math.ceil((bits.length + 3) / 8) * 8, '0');
  return Uint8Array.from({ length: padded.length / 8 }, (_, i) =>
    Number.parseInt([...padded.slice(8 * i, 8 * i + 8)].reverse().join(''), 2),
  );
}

async function inflateAll(inflater: Inflater, payloads: readonly Uint8Array[]): Promise<number> {
  let bytes = 0;
  for (const payload of payloads) {
    const message = await inflater.inflate(payload.slice(), 2 ** 26);
    if (typeof message === 'string') throw new Error(message);
    bytes += message.length;
  }
  return bytes;
}

/**
 * Work for each byte of payload or message: output is copied some times on its way, and a block of 12 bytes may bring three codes
 * with tables of 1 KiB.
 */
const WORK_PER_BYTE = 512;
/** Scratch, tables, a window. */
const CONSTANT = 2 ** 19;

async function workOf(engine: DeflateEngine, payloads: readonly Uint8Array[]): Promise<[number, number]> {
  let bytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
  const work = await measure(async () => {
    const inflater = engine.createInflater({ windowBits: 15, takeover: engine.inflateTakeover });
    bytes += await inflateAll(inflater, payloads);
    inflater.close();
  });
  return [work, bytes];
}

describe.each(engines)('%s', (_name, engine) => {
  test.each(attacks)('%s', async (_attack, attack) => {
    const [half, halfBytes] = await workOf(engine, attack(500));
    const [whole, wholeBytes] = await workOf(engine, attack(1000));
    expect(half).toBeGreaterThan(halfBytes);
    expect(whole - half).toBeLessThan(WORK_PER_BYTE * (wholeBytes - halfBytes) + CONSTANT);
    expect(whole).toBeLessThan(2.2 * half + CONSTANT);
  });
});

test('tables do not grow with the length of codes', () => {
  const lengths = Uint8Array.from({ length: 16 }, (_, i) => Math.min(i + 1, 15));
  const code = new HuffmanCode(16);
  expect(code.make(lengths, 0, 16, false)).toBe(true);
  expect(code.table.byteLength).toBe(1024);
  // RFC 1951 3.2.2: i ones and a zero, from the lowest bit on; the last two have 15 bits.
  for (let symbol = 0; symbol < 16; symbol++) {
    const bits = symbol === 15 ? 0x7fff : (1 << symbol) - 1;
    const entry = code.table[bits & 511]! || code.search(bits);
    expect([entry >> 4, entry & 15]).toEqual([symbol, lengths[symbol]]);
    expect(code.search(bits)).toBe(entry);
  }
});
