/** The first wrong octet is found where it stands, in the summary and in the drawing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CaseResult, FrameRecord } from '../../src/index.js';
import { sentFaults } from '../../src/reports/pages.js';
import { terminalSummary } from '../../src/reports/terminal.js';
import { drawFrame, timeline } from '../../src/reports/timeline.js';
import { excerpt, findWrongOctet } from '../../src/reports/wrong-octet.js';
import { caseOf, runScripted } from './scripted-server.js';

/** 1.1.2 sends 125 times `*`; this is its echo, one higher at an octet of the payload. */
function echoOf125(wrongAt: number): string {
  const payload = Array.from({ length: 125 }, (_, at) => (at === wrongAt ? '2b' : '2a'));
  return `817d${payload.join('')}`;
}

async function resultOf(id: string, script: string): Promise<CaseResult> {
  return (await runScripted(id, script)).cases[0]!;
}

describe('what a server sent wrong', () => {
  test('a reserved bit is found in the octet it stands in', async () => {
    const result = await resultOf('1.1.1', 'a100');
    const wrong = findWrongOctet(caseOf('1.1.1'), result)!;
    expect(wrong).toMatchObject({ offset: 0, code: 'RESERVED_BITS' });
    expect(excerpt(wrong)).toEqual(['a1 00', '^^']);
    const marked = timeline(result, wrong, []).flatMap((item) =>
      item.kind === 'frame' ? (item.drawing?.fields.filter(({ isWrong }) => isWrong) ?? []) : [],
    );
    expect(marked.map(({ name }) => name)).toEqual(['RSV2']);
  });

  test('a masked frame behind a right one counts from the end of the handshake', async () => {
    const result = await resultOf('1.1.1', '8a0501020304058180aabbccdd');
    const wrong = findWrongOctet(caseOf('1.1.1'), result)!;
    expect(wrong).toMatchObject({ offset: 8, code: 'MASK_FORBIDDEN' });
    expect(excerpt(wrong)).toEqual(['81 80 aa bb cc dd', '   ^^']);
  });

  test('an echo that differs is wrong from its first octet on that differs', async () => {
    const behindPong = await resultOf('1.1.2', `8a00${echoOf125(77)}`);
    expect(findWrongOctet(caseOf('1.1.2'), behindPong)).toMatchObject({ offset: 2 + 2 + 77 });
    const plain = await resultOf('1.1.2', echoOf125(77));
    const found = findWrongOctet(caseOf('1.1.2'), plain)!;
    expect(found).toMatchObject({ offset: 2 + 77, code: undefined });
    expect(excerpt(found)).toEqual([
      `... ${Array.from({ length: 24 }, (_, nth) => (nth === 8 ? '2b' : '2a')).join(' ')} ...`,
      `${' '.repeat(4 + 8 * 3)}^^`,
    ]);
    const fields = timeline(plain, found, []).flatMap((item) =>
      item.kind === 'frame' && item.way === 'received' ? (item.drawing?.fields ?? []) : [],
    );
    expect(fields.filter(({ isWrong }) => isWrong)).toMatchObject([{ name: 'octet 77', hex: '2b' }]);
    expect(fields.find(({ kind }) => kind === 'rest')?.name).toBe('Payload data: 72 octets before');
  });

  test('nothing is to blame where something is missing', async () => {
    const result = await resultOf('1.1.2', '8a00');
    expect(result.verdict).toBe('FAILED');
    expect(findWrongOctet(caseOf('1.1.2'), result)).toBeUndefined();
  });

  test('the summary names section, octet and the command that shows it again', async () => {
    const agent = await runScripted('1.1.1', 'a100', 'my server');
    const summary = terminalSummary({
      agents: [agent],
      cases: [caseOf('1.1.1')],
      commandFor: ({ id }) => `again ${id}`,
    });
    expect(summary.split('\n')).toEqual([
      'my server: 1 FAILED; 1 case in 1.2 s',
      '',
      '1.1.1 FAILED, RFC 6455 5.2',
      `  ${caseOf('1.1.1').sentence}`,
      `  ${agent.cases[0]!.explanation}`,
      '  First wrong octet: 0 of what the endpoint sent',
      '    a1 00',
      '    ^^',
      '  Again: again 1.1.1',
    ]);
  });
});

describe('what the suite sent wrong on purpose', () => {
  test.each([
    ['masks.unmasked-text', 'MASK_MISSING'],
    ['4.1.1', 'RESERVED_OPCODE'],
    ['2.5', 'CONTROL_TOO_LONG'],
    ['5.9', 'UNEXPECTED_CONTINUATION'],
    ['7.9.1', 'CLOSE_CODE_UNUSED'],
    ['6.3.1', 'INVALID_UTF8'],
  ])('%s: %s', async (id, code) => {
    const result = await resultOf(id, '880203ea');
    expect(sentFaults(result)[0]?.code).toBe(code);
  });

  test('in a case that is right in everything there is nothing', async () => {
    const result = await resultOf('5.6', '8a0c70696e67207061796c6f6164');
    expect(sentFaults(result)).toEqual([]);
  });
});

describe('the drawing of a frame', () => {
  const frames = fc.record({
    fin: fc.boolean(),
    rsv: fc.nat(7),
    opcode: fc.nat(15),
    key: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined }),
    payload: fc.uint8Array({ maxLength: 200 }),
    isLong: fc.boolean(),
  });

  /** A record of a frame, its length in 16 bits where it need not be if `isLong`. */
  function recordOf({ fin, rsv, opcode, key, payload, isLong }: FrameParts): FrameRecord {
    const { length } = payload;
    const form = isLong || length > 125 ? [126, length >> 8, length & 255] : [length];
    const mask = key === undefined ? 0 : 128;
    const header = [(fin ? 128 : 0) | (rsv << 4) | opcode, form[0]! | mask, ...form.slice(1), ...(key ?? [])];
    const maskingKey = key === undefined ? undefined : new DataView(key.buffer).getUint32(0);
    return {
      way: 'sent',
      atMs: 0,
      offset: 0,
      header: Uint8Array.from(header),
      fin,
      rsv,
      opcode,
      maskingKey,
      length,
      payload,
    };
  }

  test('has rows of 32 bits, and as many bits before the payload as the header has', () => {
    fc.assert(
      fc.property(frames, (parts) => {
        const frame = recordOf(parts);
        const { fields } = drawFrame(frame, []);
        const headerBits = fields.filter(({ kind }) => kind !== 'payload' && kind !== 'rest');
        expect(headerBits.reduce((sum, { bits }) => sum + bits, 0)).toBe(frame.header.length * 8);
        let at = 0;
        for (const { bits, kind } of fields) {
          if (kind === 'rest') at = Math.ceil(at / 32) * 32;
          expect((at % 32) + bits).toBeLessThanOrEqual(32);
          at += bits;
        }
        const drawn = fields.filter(({ kind }) => kind === 'payload').map(({ hex }) => hex);
        expect(drawn).toEqual(
          [...frame.payload.subarray(0, drawn.length)].map((octet) => octet.toString(16).padStart(2, '0')),
        );
      }),
    );
  });

  test('shows each octet that is marked, and marks no other', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (parts, seed) => {
        const frame = recordOf(parts);
        const at = seed % (frame.header.length + frame.payload.length);
        const marked = drawFrame(frame, [{ at, code: undefined }]).fields.filter(({ isWrong }) => isWrong);
        expect(marked.length).toBeGreaterThan(0);
        if (at < frame.header.length) return;
        const octet = frame.payload[at - frame.header.length]!;
        expect(marked.map(({ kind, hex }) => [kind, Number.parseInt(hex, 16)])).toEqual([['payload', octet]]);
      }),
    );
  });
});

interface FrameParts {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly key: Uint8Array<ArrayBuffer> | undefined;
  readonly payload: Uint8Array;
  readonly isLong: boolean;
}
