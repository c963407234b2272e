import { mask, rotateKey } from '@sanssocket/mask';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageBuffer } from '../../src/memory/message-buffer.js';
import {
  ALL_VIEWS,
  beginMessages,
  endMessages,
  keepMessage,
  NO_VIEWS,
  suspendMessages,
  takeBack,
} from '../../src/memory/message-slab.js';
import { borrow, giveBack } from '../../src/memory/scratch.js';
import type { OwnBytes } from '../../src/wire/errors.js';
import { concat } from '../frames.js';
import { held } from './heap.js';

describe('MessageBuffer', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 30 });

  it('gives back what was put in, unmasked, as one array of just that length', () => {
    fc.assert(
      fc.property(pieces, fc.integer(), fc.boolean(), (parts, key, certain) => {
        const all = concat(...parts);
        const masked = new Uint8Array(all.length);
        mask(all, 0, all.length, masked, 0, key);
        const buffer = new MessageBuffer((bytes) => new Uint8Array(bytes));
        let at = 0;
        for (const { length } of parts) {
          const left = certain ? all.length - at : Number.MAX_SAFE_INTEGER;
          buffer.appendAll(masked, at, at + length, mask, rotateKey(key, at), left);
          at += length;
          expect(buffer.bytes).toBe(at);
        }
        expect(buffer.toBytes()).toEqual(all);
      }),
    );
  });

  it('holds some pieces as they came, and gives back the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.boolean())),
        fc.integer(),
        (parts, key) => {
          const all = concat(...parts.map(([part]) => part));
          const buffer = new MessageBuffer((bytes) => new Uint8Array(bytes));
          for (const [part, hold] of parts) {
            const piece = part.slice();
            mask(piece, 0, piece.length, piece, 0, key);
            if (hold) buffer.hold(piece, 0, piece.length, mask, key);
            else buffer.appendAll(piece, 0, piece.length, mask, key, Number.MAX_SAFE_INTEGER);
          }
          expect(buffer.bytes).toBe(all.length);
          expect(buffer.toBytes()).toEqual(all);
        },
      ),
    );
  });

  it('shows what an append wrote at the end of its tail', () => {
    const buffer = new MessageBuffer((bytes) => new Uint8Array(bytes));
    for (let i = 0; i < 300; i++) {
      const piece = new Uint8Array(i % 7).fill(i);
      for (let at = 0; at < piece.length; ) {
        const written = buffer.append(piece, at, piece.length, mask, 0, Number.MAX_SAFE_INTEGER);
        expect(written).toBeGreaterThan(0);
        const { tail, tailBytes } = buffer;
        expect([...tail.subarray(tailBytes - written, tailBytes)]).toEqual(new Array(written).fill(i & 0xff));
        at += written;
      }
    }
  });

  it('holds at most twice what came, or 64 KiB more, where the rest is announced but has not come', () => {
    for (const [came, rest] of [
      [100_000, 700_000],
      [100_000, 100_001],
      [10_000, 80_000],
      [10, 8200],
    ] as const) {
      const buffer = new MessageBuffer((bytes) => new Uint8Array(bytes));
      buffer.append(new Uint8Array(came), 0, came, mask, 0, came + rest);
      expect(buffer.tail.length).toBeLessThanOrEqual(Math.max(came, 64));
    }
  });

  it('holds little for short pieces between those that it holds where they stand', () => {
    const rounds = 4000;
    const long = new Uint8Array(rounds);
    const buffer = new MessageBuffer((bytes) => new Uint8Array(bytes));
    const bytes = held(() => {
      for (let i = 0; i < rounds; i++) {
        buffer.append(long, 0, 1, mask, 0, Number.MAX_SAFE_INTEGER);
        buffer.hold(long, i, i + 1, mask, 0);
      }
      return buffer;
    });
    expect(buffer.bytes).toBe(2 * rounds);
    // Of objects, 500 bytes a round; with what is left over of each segment it would be 2 KiB.
    expect(bytes).toBeLessThan(rounds * 1000);
  });

  it('holds at most twice what came, or 64 KiB more, and never moves it', () => {
    const buffer = new MessageBuffer((bytes) => new Uint8Array(bytes));
    const segments = new Set<Uint8Array>();
    const byte = Uint8Array.of(1);
    for (let i = 1; i <= 300_000; i++) {
      buffer.append(byte, 0, 1, mask, 0, Number.MAX_SAFE_INTEGER);
      segments.add(buffer.tail);
    }
    const held = [...segments].reduce((sum, segment) => sum + segment.length, 0);
    expect(held).toBeLessThanOrEqual(300_000 + 65536);
    expect(segments.size).toBeLessThan(20);
    expect(buffer.toBytes().length).toBe(300_000);
  });

  it('allocates no more than is certain to come, and then gives the segment itself', () => {
    const buffer = new MessageBuffer((bytes) => new Uint8Array(bytes));
    buffer.append(new Uint8Array(10), 0, 10, mask, 0, 40);
    expect(buffer.tail.length).toBe(40);
    buffer.append(new Uint8Array(30), 0, 30, mask, 0, 30);
    expect(buffer.toBytes()).toBe(buffer.tail);
  });
});

describe('memory for messages', () => {
  const allocate = (bytes: number): OwnBytes => new Uint8Array(bytes);
  const source = Uint8Array.from({ length: 20_000 }, (_, i) => i % 251);

  it('is shared by neighbours of one read only, of at most 8 KiB, and is what stood there', () => {
    beginMessages(source, 15_000, source, 0, NO_VIEWS);
    const lengths = Array.from({ length: 50 }, (_, i) => 100 + i);
    let at = 0;
    const first = lengths.map((length) => {
      const message = keepMessage(source, at, at + length, allocate);
      at += length + 6;
      return message;
    });
    expect(first[0]!.buffer).toBe(first[1]!.buffer);
    expect(Math.max(...first.map(({ buffer }) => buffer.byteLength))).toBeLessThanOrEqual(8192);
    const near = keepMessage(source, 14_900, 15_000, allocate);
    expect(near.buffer.byteLength).toBe(100);
    // A read inside of this one, as when a sink feeds another connection, ends before this one goes on.
    const other = Uint8Array.from(source, (byte) => ~byte);
    const outer = suspendMessages();
    beginMessages(other, 1000, other, 0, NO_VIEWS);
    const second = keepMessage(other, 0, 100, allocate);
    endMessages(outer);
    const third = keepMessage(source, 14_900, 14_999, allocate);
    expect(third.buffer).toBe(near.buffer);
    expect(second.buffer).not.toBe(near.buffer);
    expect(second).toEqual(other.slice(0, 100));
    at = 0;
    lengths.forEach((length, i) => {
      expect(first[i]).toEqual(source.slice(at, at + length));
      at += length + 6;
    });
  });

  it('is a message of its own where it is tiny or large', () => {
    for (const length of [0, 1, 64, 4096, 10_000]) {
      beginMessages(source, source.length, source, 0, NO_VIEWS);
      expect(keepMessage(source, 7, 7 + length, allocate).buffer.byteLength).toBe(length);
    }
    endMessages(null);
  });

  it('is the chunk where that was given away; what the sink has not heard of is masked again', () => {
    const key = [1, 2, 3, 4];
    const masked = (byte: number, i: number): number => byte ^ key[i % 4]!;
    const payloads = [100, 50, 300].map((length) => source.slice(0, length));
    // Six bytes of header, the last four the key, as on the wire; then the same unmasked.
    const chunk = Uint8Array.from(payloads.flatMap((payload) => [0, 0, ...key, ...payload.map(masked)]));
    const unmasked = Uint8Array.from(payloads.flatMap((payload) => [0, 0, ...key, ...payload]));
    const given = concat(new Uint8Array(3), chunk);
    beginMessages(unmasked, unmasked.length, given, 3, ALL_VIEWS);
    const first = keepMessage(unmasked, 6, 106, allocate);
    expect(first.buffer).toBe(given.buffer);
    takeBack(112, 162);
    takeBack(168, 468);
    expect([...given.subarray(109)]).toEqual([...chunk.subarray(106)]);
    expect(first).toEqual(payloads[0]);
    endMessages(null);
  });
});

describe('borrowed memory', () => {
  it('is at least as large as asked for, and never lent twice', () => {
    for (const bytes of [1, 65536, 200_000]) {
      const a = borrow(bytes);
      const b = borrow(bytes);
      expect(a.bytes.length).toBeGreaterThanOrEqual(bytes);
      expect(a.bytes.buffer).not.toBe(b.bytes.buffer);
      expect(a.view.byteLength).toBeGreaterThanOrEqual(bytes);
      giveBack(b);
      giveBack(a);
    }
  });

  it('is the same for all, once given back, unless it is large', () => {
    const small = borrow(1);
    giveBack(small);
    const large = borrow(1_000_000);
    giveBack(large);
    const next = borrow(100);
    expect(next.bytes.buffer).toBe(small.bytes.buffer);
    giveBack(next);
  });
});
