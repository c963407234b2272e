import { describe, expect, test } from 'vitest';
import {
  type ConnectionVector,
  type Endpoint,
  expandSegments,
  expectedEvents,
  formatMismatches,
  type ObservedEvent,
  rolesOf,
  runConnectionVector,
  splits,
} from '../src/index.js';

describe('expandSegments', () => {
  test('joins hexadecimal strings and repeats', () => {
    expect([...expandSegments(['81 05', { repeat: '4aFf', times: 2 }, '', '00'])]).toEqual([
      0x81, 0x05, 0x4a, 0xff, 0x4a, 0xff, 0x00,
    ]);
    expect(expandSegments([]).length).toBe(0);
  });

  test.each(['8', '8 1 0', '0g', '0x', 'ü0', '@0'])('refuses %s', (digits) => {
    expect(() => expandSegments([digits])).toThrow(SyntaxError);
  });
});

const lengths = (input: Uint8Array): number[][] =>
  [...splits(input)].map((chunks) => chunks.map(({ length }) => length));

describe('splits', () => {
  test('gives the whole, single bytes, and each cut', () => {
    expect(lengths(new Uint8Array(0))).toEqual([[]]);
    expect(lengths(new Uint8Array(1))).toEqual([[1]]);
    expect(lengths(new Uint8Array(3))).toEqual([[3], [1, 1, 1], [1, 2], [2, 1]]);
    expect(lengths(new Uint8Array(1024)).length).toBe(2 + 1023);
  });

  test('cuts long input at its ends and around its headers', () => {
    const input = expandSegments([
      '827e0400',
      { repeat: '00', times: 1024 },
      '8904 01020304',
      '82ff 00000000000007d0 00000000',
      { repeat: '00', times: 2000 },
    ]);
    const cuts = lengths(input)
      .slice(2)
      .map(([first]) => first);
    const range = (from: number, to: number): number[] =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(cuts).toEqual([
      ...range(1, 32),
      ...range(1027, 1031),
      ...range(1033, 1049),
      ...range(input.length - 16, input.length - 1),
    ]);
  });

  test('stops following headers where they end', () => {
    const input = expandSegments([{ repeat: '8200', times: 600 }, '82ff 0000']);
    expect(lengths(input).length).toBe(2 + input.length - 1);
  });

  test('joins to the input, with no empty chunk', () => {
    const input = Uint8Array.from({ length: 1500 }, (_, i) => i);
    for (const chunks of splits(input)) {
      expect(Buffer.concat(chunks).equals(input)).toBe(true);
      expect(chunks.every(({ length }) => length > 0)).toBe(true);
    }
  });
});

const PING: ConnectionVector = {
  id: 'example/ping',
  section: '5.5.2',
  about: 'A Ping, then a fault, then the end of input.',
  input: { client: ['8901 61', '8300', '8900'] },
  eof: true,
  events: {
    client: [
      { type: 'ping', data: ['61'] },
      { type: 'fail', code: 'RESERVED_OPCODE', closeCode: 1002, offset: 3 },
    ],
  },
  output: { client: ['8a81 00000000 61', '8882 00000000 03ea'] },
  consumed: 5,
};

/** An endpoint that knows nothing but how many bytes it has received, and what to say then. */
class Script implements Endpoint {
  received = 0;
  ended = false;
  constructor(
    steps: readonly (readonly [number, ObservedEvent, string])[],
    after: readonly ObservedEvent[] = [],
  ) {
    this.steps = steps;
    this.after = after;
  }
  readonly steps: readonly (readonly [number, ObservedEvent, string])[];
  readonly after: readonly ObservedEvent[];
  receive(chunk: Uint8Array): void {
    this.received += chunk.length;
  }
  eof(): void {
    this.ended = true;
  }
  events(): ObservedEvent[] {
    return [
      ...this.steps.filter(([at]) => this.received >= at).map(([, event]) => event),
      ...(this.ended ? this.after : []),
    ];
  }
  output(): Uint8Array {
    return expandSegments(this.steps.filter(([at]) => this.received >= at).map(([, , bytes]) => bytes));
  }
}

const PONG = '8a810000000061';
const CLOSE = '88820000000003ea';
const ping: ObservedEvent = { type: 'ping', data: Uint8Array.of(0x61) };
const fail: ObservedEvent = { type: 'fail', code: 'RESERVED_OPCODE', closeCode: 1002, offset: 3 };

describe('runConnectionVector', () => {
  const run = (...args: ConstructorParameters<typeof Script>): string[] =>
    runConnectionVector(PING, 'client', () => new Script(...args)).map(
      ({ split, message }) => `${split}: ${message}`,
    );

  test('passes an endpoint that is right', () => {
    expect(
      run([
        [3, ping, PONG],
        [5, fail, CLOSE],
      ]),
    ).toEqual([]);
  });

  test('passes plain bytes and segments alike', () => {
    expect(
      run([
        [3, { type: 'ping', data: ['6', '1'].join('').split(',') }, PONG],
        [5, fail, CLOSE],
      ]),
    ).toEqual([]);
  });

  test('runs every split once, on a fresh endpoint', () => {
    const seen: number[][] = [];
    runConnectionVector(PING, 'client', () => {
      const chunks: number[] = [];
      seen.push(chunks);
      return {
        receive: ({ length }) => chunks.push(length),
        eof() {},
        events: () => [],
        output: () => new Uint8Array(0),
      };
    });
    expect(seen).toEqual([[7], [1, 1, 1, 1, 1, 1, 1], [1, 6], [2, 5], [3, 4], [4, 3], [5, 2], [6, 1]]);
  });

  test('shows a missing event and missing output', () => {
    expect(run([[3, ping, PONG]])[0]).toBe(
      [
        'whole: events',
        '    ping 61',
        '  - fail RESERVED_OPCODE (close code 1002) at byte 3',
        'output',
        `  - ${PONG}${CLOSE}`,
        `  + ${PONG}`,
      ].join('\n'),
    );
  });

  test('shows an event too many, here after the end of input', () => {
    const end: ObservedEvent = { type: 'end', clean: false, code: 1006, truncated: true };
    expect(
      run(
        [
          [3, ping, PONG],
          [5, fail, CLOSE],
        ],
        [end],
      )[0],
    ).toContain('  + end, not clean, 1006, truncated: true');
  });

  test('shows a wrong offset', () => {
    const late: ObservedEvent = { type: 'fail', code: 'RESERVED_OPCODE', closeCode: 1002, offset: 4 };
    expect(
      run([
        [3, ping, PONG],
        [5, late, CLOSE],
      ]),
    ).toHaveLength(8);
  });

  test('shows an event that comes later than the bytes that decide it', () => {
    const mismatches = run([
      [3, ping, PONG],
      [6, fail, CLOSE],
    ]);
    expect(mismatches.map((line) => line.split(':')[0])).toEqual(['bytewise', '5+2']);
    expect(mismatches[0]).toContain('events once 5 bytes were received');
  });

  test('shows what an endpoint throws', () => {
    const broken = (): Endpoint => {
      throw new TypeError('no');
    };
    expect(runConnectionVector(PING, 'client', broken)[0]?.message).toBe('threw TypeError: no');
  });

  test('refuses a role the vector does not have', () => {
    expect(rolesOf(PING)).toEqual(['client']);
    expect(expectedEvents(PING, 'server')).toEqual([]);
    expect(() => runConnectionVector(PING, 'server', () => new Script([]))).toThrow(RangeError);
  });

  test('overwrites chunks when asked to', () => {
    const vector: ConnectionVector = {
      id: 'example/binary',
      section: '5.6',
      about: 'A binary message.',
      input: { client: ['8202 0102'] },
      events: [{ type: 'binary', data: ['0102'] }],
    };
    /** Keeps views of its chunks: right only while nobody writes to them. */
    const keeper = (): Endpoint => {
      const kept: Uint8Array[] = [];
      return {
        receive: (chunk) => kept.push(chunk),
        eof() {},
        events: () => [{ type: 'binary', data: new Uint8Array(Buffer.concat(kept).subarray(2)) }],
        output: () => new Uint8Array(0),
      };
    };
    expect(runConnectionVector(vector, 'client', keeper)).toEqual([]);
    expect(runConnectionVector(vector, 'client', keeper, { overwriteChunks: true })).toHaveLength(5);
  });

  test('compares text, whether written as a string or as bytes', () => {
    const vector = (event: ConnectionVector['events']): ConnectionVector => ({
      id: 'example/text',
      section: '5.6',
      about: 'Text.',
      input: { client: ['00'] },
      events: event,
    });
    const say = (data: string) => (): Endpoint => new Script([[1, { type: 'text', data }, '']]);
    const bytes: ConnectionVector['events'] = [
      { type: 'text', bytes: ['efbbbf', { repeat: '61', times: 300 }] },
    ];
    expect(runConnectionVector(vector(bytes), 'client', say(`\ufeff${'a'.repeat(300)}`))).toEqual([]);
    const wrong = runConnectionVector(
      vector(bytes),
      'client',
      say(`\ufeff${'a'.repeat(200)}b${'a'.repeat(99)}`),
    );
    expect(wrong[0]?.message).toContain('308 characters; from 207: baaa');
    expect(runConnectionVector(vector([{ type: 'text', data: 'x' }]), 'client', say('x'))).toEqual([]);
  });

  test('compares how a connection ended', () => {
    const vector: ConnectionVector = {
      id: 'example/close',
      section: '5.5.1',
      about: 'A Close frame.',
      input: { client: ['8800'] },
      events: [
        { type: 'close', code: 1005, reason: '' },
        { type: 'end', clean: true, code: 1005 },
      ],
    };
    const closes = (code: number) => (): Endpoint =>
      new Script([
        [2, { type: 'close', code, reason: '' }, ''],
        [2, { type: 'end', clean: true, code }, ''],
      ]);
    expect(runConnectionVector(vector, 'client', closes(1005))).toEqual([]);
    expect(formatMismatches(runConnectionVector(vector, 'client', closes(1000)), 1)).toBe(
      [
        'example/close, client, whole: events',
        '  - close 1005 ""',
        '  + close 1000 ""',
        '  - end, clean, 1005',
        '  + end, clean, 1000',
        '... and 2 more',
      ].join('\n'),
    );
  });
});
