import { describe, expect, test } from 'vitest';
import {
  type Comparison,
  type ConnectionVector,
  type Endpoint,
  expandSegments,
  expectedEvents,
  formatMismatches,
  type ObservedEvent,
  RFC_ONLY,
  rolesOf,
  runConnectionVector,
  runConnectionVectors,
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
  const run = async (...args: ConstructorParameters<typeof Script>): Promise<string[]> =>
    (await runConnectionVector(PING, 'client', () => new Script(...args))).map((mismatch) =>
      formatMismatches([mismatch]).replace('example/ping, client, ', ''),
    );

  test('passes an endpoint that is right', async () => {
    expect(
      await run([
        [3, ping, PONG],
        [5, fail, CLOSE],
      ]),
    ).toEqual([]);
  });

  test('passes plain bytes and segments alike', async () => {
    expect(
      await run([
        [3, { type: 'ping', data: ['6', '1'].join('').split(',') }, PONG],
        [5, fail, CLOSE],
      ]),
    ).toEqual([]);
  });

  test('runs every split once, on a fresh endpoint', async () => {
    const seen: number[][] = [];
    await runConnectionVector(PING, 'client', () => {
      const chunks: number[] = [];
      seen.push(chunks);
      return {
        receive: ({ length }) => void chunks.push(length),
        eof() {},
        events: () => [],
        output: () => new Uint8Array(0),
      };
    });
    expect(seen).toEqual([[7], [1, 1, 1, 1, 1, 1, 1], [1, 6], [2, 5], [3, 4], [4, 3], [5, 2], [6, 1]]);
  });

  test('shows a missing event and missing output', async () => {
    expect((await run([[3, ping, PONG]]))[0]).toBe(
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

  test('shows an event too many, here after the end of input', async () => {
    const end: ObservedEvent = { type: 'end', clean: false, code: 1006, truncated: true };
    expect(
      (
        await run(
          [
            [3, ping, PONG],
            [5, fail, CLOSE],
          ],
          [end],
        )
      )[0],
    ).toContain('  + end, not clean, 1006, truncated: true');
  });

  test('shows a wrong offset', async () => {
    const late: ObservedEvent = { type: 'fail', code: 'RESERVED_OPCODE', closeCode: 1002, offset: 4 };
    expect(
      await run([
        [3, ping, PONG],
        [5, late, CLOSE],
      ]),
    ).toHaveLength(8);
  });

  test('shows an event that comes later than the bytes that decide it', async () => {
    const mismatches = await run([
      [3, ping, PONG],
      [6, fail, CLOSE],
    ]);
    expect(mismatches.map((line) => line.split(':')[0])).toEqual(['bytewise', '5+2']);
    expect(mismatches[0]).toContain('events once 5 bytes were received');
  });

  test('shows what an endpoint throws', async () => {
    const broken = (): Endpoint => {
      throw new TypeError('no');
    };
    const [mismatch] = await runConnectionVector(PING, 'client', broken);
    expect(mismatch?.problems).toEqual([{ kind: 'threw', error: new TypeError('no') }]);
    expect(formatMismatches([mismatch!])).toBe('example/ping, client, whole: threw TypeError: no');
  });

  test('refuses a role the vector does not have', async () => {
    expect(rolesOf(PING)).toEqual(['client']);
    expect(expectedEvents(PING, 'server')).toEqual([]);
    await expect(runConnectionVector(PING, 'server', () => new Script([]))).rejects.toThrow(RangeError);
  });

  test('overwrites chunks when asked to', async () => {
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
        receive: (chunk) => void kept.push(chunk),
        eof() {},
        events: () => [{ type: 'binary', data: new Uint8Array(Buffer.concat(kept).subarray(2)) }],
        output: () => new Uint8Array(0),
      };
    };
    expect(await runConnectionVector(vector, 'client', keeper)).toEqual([]);
    expect(await runConnectionVector(vector, 'client', keeper, { overwriteChunks: true })).toHaveLength(5);
  });

  test('compares text, whether written as a string or as bytes', async () => {
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
    expect(await runConnectionVector(vector(bytes), 'client', say(`\ufeff${'a'.repeat(300)}`))).toEqual([]);
    const wrong = await runConnectionVector(
      vector(bytes),
      'client',
      say(`\ufeff${'a'.repeat(200)}b${'a'.repeat(99)}`),
    );
    expect(formatMismatches(wrong)).toContain('308 characters; from 207: baaa');
    expect(await runConnectionVector(vector([{ type: 'text', data: 'x' }]), 'client', say('x'))).toEqual([]);
  });

  test('compares how a connection ended', async () => {
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
    expect(await runConnectionVector(vector, 'client', closes(1005))).toEqual([]);
    expect(formatMismatches(await runConnectionVector(vector, 'client', closes(1000)), 1)).toBe(
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

describe('asynchronous endpoints', () => {
  /** Does everything one turn of the event loop later. */
  class Slow implements Endpoint {
    readonly #inner = new Script([
      [3, ping, PONG],
      [5, fail, CLOSE],
    ]);
    #turn: Promise<unknown> = Promise.resolve();
    disposed = 0;
    busy = false;

    async #later(work: () => void): Promise<void> {
      expect(this.busy).toBe(false);
      this.busy = true;
      this.#turn = new Promise((resolve) => setImmediate(resolve));
      await this.#turn;
      this.busy = false;
      work();
    }
    receive(chunk: Uint8Array): Promise<void> {
      const copy = chunk.slice();
      return this.#later(() => this.#inner.receive(copy));
    }
    eof(): Promise<void> {
      return this.#later(() => this.#inner.eof());
    }
    async events(): Promise<readonly ObservedEvent[]> {
      await this.#later(() => {});
      return this.#inner.events();
    }
    async output(): Promise<Uint8Array> {
      await this.#later(() => {});
      return this.#inner.output();
    }
    dispose(): Promise<void> {
      return this.#later(() => {
        this.disposed++;
      });
    }
  }

  test('are waited for at every call, and disposed of once', async () => {
    const made: Slow[] = [];
    const create = async (): Promise<Slow> => {
      const slow = new Slow();
      made.push(slow);
      return slow;
    };
    expect(
      formatMismatches(await runConnectionVector(PING, 'client', create, { overwriteChunks: true })),
    ).toBe('');
    expect(made).toHaveLength(8);
    expect(made.every(({ disposed, busy }) => disposed === 1 && !busy)).toBe(true);
  });

  test('that reject, or whose factory does, are a mismatch and are disposed of', async () => {
    const error = new Error('no');
    let disposed = 0;
    const rejecting = (): Endpoint => ({
      receive: () => Promise.reject(error),
      eof() {},
      events: () => [],
      output: () => new Uint8Array(0),
      dispose: () => void disposed++,
    });
    for (const create of [rejecting, () => Promise.reject(error)]) {
      const mismatches = await runConnectionVector(PING, 'client', create);
      expect(mismatches.map(({ problems }) => problems)).toEqual(Array(8).fill([{ kind: 'threw', error }]));
    }
    expect(disposed).toBe(8);
  });
});

describe('what is compared', () => {
  const run = (compare: Comparison, steps: ConstructorParameters<typeof Script>[0]): Promise<string> =>
    runConnectionVector(PING, 'client', () => new Script(steps), { compare }).then((mismatches) =>
      mismatches.map(({ split }) => split).join(),
    );
  const ALL = 'whole,bytewise,1+6,2+5,3+4,4+3,5+2,6+1';
  const nameless: ObservedEvent = { type: 'fail', closeCode: 1002 };

  test('names and offsets of faults', async () => {
    const steps = (event: ObservedEvent): ConstructorParameters<typeof Script>[0] => [
      [3, ping, PONG],
      [5, event, CLOSE],
    ];
    const other: ObservedEvent = { type: 'fail', code: 'BAD', closeCode: 1002, offset: 9 };
    const offset: ObservedEvent = { type: 'fail', code: 'BAD', closeCode: 1002, offset: 3 };
    expect(await run({}, steps(nameless))).toBe(ALL);
    expect(await run({ faultCodes: false }, steps(other))).toBe(ALL);
    expect(await run({ faultOffsets: false }, steps(other))).toBe(ALL);
    expect(await run({ faultCodes: false }, steps(offset))).toBe('');
    for (const event of [nameless, other]) {
      expect(await run({ faultCodes: false, faultOffsets: false }, steps(event))).toBe('');
    }
    const code: ObservedEvent = { type: 'fail', closeCode: 1007 };
    expect(await run(RFC_ONLY, steps(code))).toBe(ALL);
  });

  test('when events are reported', async () => {
    const steps: ConstructorParameters<typeof Script>[0] = [
      [3, ping, PONG],
      [7, fail, CLOSE],
    ];
    expect(await run({}, steps)).toBe('bytewise,5+2,6+1');
    expect(await run({ prompt: false }, steps)).toBe('');
  });

  test('types of events', async () => {
    const steps: ConstructorParameters<typeof Script>[0] = [[5, fail, PONG + CLOSE]];
    expect(await run({}, steps)).toBe(ALL);
    expect(await run({ events: ['fail'] }, steps)).toBe('');
    expect(await run({ events: ['ping', 'fail'] }, steps)).toBe(ALL);
  });

  test('output: as frames, with or without reasons, or not at all', async () => {
    const output = (bytes: string): ConstructorParameters<typeof Script>[0] => [
      [3, ping, ''],
      [5, fail, bytes],
    ];
    // The key 0f0f0f0f; a reason, "no".
    const masked = '8a81 0f0f0f0f 6e';
    const reason = '8884 00000000 03ea 6e6f';
    expect(await run({ output: 'bytes' }, output(masked + CLOSE))).toBe(ALL);
    expect(await run({ output: 'frames' }, output(masked + CLOSE))).toBe('');
    expect(await run({ output: 'frames' }, output(masked + reason))).toBe(ALL);
    expect(await run({ output: 'frames', closeReasons: false }, output(masked + reason))).toBe('');
    const wrong = ['8a81 0f0f0f0f 6f', '8981 0f0f0f0f 6e', '0a81 0f0f0f0f 6e'].map((frame) => frame + CLOSE);
    for (const bytes of [...wrong, masked, masked + CLOSE.slice(0, -2), masked + CLOSE + masked, '8a']) {
      expect(await run({ output: 'frames' }, output(bytes)), bytes).toBe(ALL);
      expect(await run({ output: 'none' }, output(bytes))).toBe('');
    }
  });

  test('lengths of 16 and 64 bits in frames', async () => {
    const vector = (hex: string): ConnectionVector => ({
      ...PING,
      events: [],
      output: { client: [hex, { repeat: '00', times: 256 }] },
    });
    const endpoint = (header: string): (() => Endpoint) => {
      const bytes = expandSegments([header, { repeat: '01', times: 256 }]);
      return () => ({ receive() {}, eof() {}, events: () => [], output: () => bytes });
    };
    const compare: Comparison = { output: 'frames' };
    for (const length of ['fe 0100', 'ff 0000000000000100']) {
      const create = endpoint(`82${length} 01010101`);
      expect(
        await runConnectionVector(vector(`82${length} 00000000`), 'client', create, { compare }),
      ).toEqual([]);
    }
  });

  test('whether an end was truncated', async () => {
    const vector: ConnectionVector = {
      ...PING,
      input: { server: ['82'] },
      events: [{ type: 'end', clean: false, code: 1006, truncated: true }],
    };
    const create = (): Endpoint => new Script([], [{ type: 'end', clean: false, code: 1006 }]);
    expect(await runConnectionVector(vector, 'server', create)).toHaveLength(1);
    expect(await runConnectionVector(vector, 'server', create, { compare: RFC_ONLY })).toEqual([]);
  });

  test('mismatches have what is compared, and where it differs', async () => {
    const [first] = await runConnectionVector(PING, 'client', () => new Script([[3, ping, PONG]]), {
      compare: RFC_ONLY,
    });
    expect(first).toEqual({
      id: 'example/ping',
      role: 'client',
      split: 'whole',
      problems: [
        {
          kind: 'events',
          expected: [{ type: 'ping', data: Uint8Array.of(0x61) }, nameless],
          observed: [ping],
          at: 1,
        },
        { kind: 'output', expected: expandSegments([PONG + CLOSE]), observed: expandSegments([PONG]), at: 1 },
      ],
    });
    expect(formatMismatches([first!])).toContain('\n  - fail (close code 1002)\n');
  });
});

test('runConnectionVectors sorts vectors and roles by what became of them', async () => {
  const both: ConnectionVector = {
    ...PING,
    id: 'example/both',
    input: { client: ['00'], server: ['00'] },
    events: [],
  };
  const silent = (): Endpoint => new Script([]);
  const compare: Comparison = { output: 'none' };
  const report = await runConnectionVectors([PING, both], silent, {
    compare,
    skip: ({ id }, role) => id === 'example/both' && role === 'server',
  });
  expect(report).toMatchObject({
    passed: ['example/both client'],
    failed: ['example/ping client'],
    skipped: ['example/both server'],
  });
  expect(report.mismatches).toHaveLength(8);
});
