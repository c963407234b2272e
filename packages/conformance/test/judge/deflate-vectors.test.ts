/** The judge over the messages of `deflate.json`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expandSegments, type Segment } from '@sanssocket/test-vectors';
import { describe, expect, test } from 'vitest';
import { MessageReader } from '../../src/judge/message-reader.js';

interface Vector {
  readonly id: string;
  readonly frames: readonly Segment[];
  readonly noContextTakeover?: boolean;
  readonly windowBits?: number;
  readonly maxMessageBytes?: number;
  readonly events: readonly { text?: unknown; binary?: unknown; ping?: string; fault?: string }[];
}

const file = fileURLToPath(new URL('../../../../test-vectors/vectors/deflate.json', import.meta.url));
const { messages } = JSON.parse(readFileSync(file, 'utf8')) as { messages: Vector[] };
const usable = messages.filter(({ events }) => !events.some(({ fault }) => fault === 'MESSAGE_TOO_LARGE'));

function read(vector: Vector): { events: unknown[]; faults: string[] } {
  const events: unknown[] = [];
  const faults: string[] = [];
  const reader = new MessageReader(
    {
      frame: () => {},
      message: (_, bytes) => {
        if (faults.length === 0) events.push([...bytes]);
      },
      ping: (bytes) => {
        if (faults.length === 0) events.push([...bytes]);
      },
      pong: () => {},
      close: () => {},
      fault: ({ code }) => faults.push(code),
    },
    false,
    { windowBits: vector.windowBits ?? 15, takeover: vector.noContextTakeover !== true },
  );
  reader.read(expandSegments(vector.frames));
  return { events, faults };
}

describe('the judge and deflate.json', () => {
  test('has vectors', () => expect(usable.length).toBeGreaterThan(60));

  test.each(usable.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const { events, faults } = read(vector);
    const isWrong = vector.events.some(({ fault }) => fault !== undefined);
    const heard = vector.events.filter(({ fault }) => fault === undefined).map(octetsOf);
    expect(events).toEqual(heard);
    expect(faults.length > 0).toBe(isWrong);
    const isMisplaced = vector.events.some(({ fault }) => fault === 'RESERVED_BITS');
    if (isMisplaced) expect(faults[0]).toMatch(/^(?:RSV1_MISPLACED|RESERVED_BITS)$/);
  });
});

function octetsOf({ text, binary, ping }: Vector['events'][number]): number[] {
  if (typeof text === 'string') return [...new TextEncoder().encode(text)];
  const segments = (text ?? binary ?? ping) as Segment | Segment[];
  return [...expandSegments(Array.isArray(segments) ? segments : [segments])];
}
