import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { expandSegments, expectedEvents, type FaultCode, rolesOf } from '../src/index.js';
import { files, readText, vectorNamed, vectors } from './files.js';

describe('the files', () => {
  const validate = new Ajv.default({ allErrors: true }).compile(
    JSON.parse(readText('schema/connection.schema.json')),
  );

  test.each([...files])('%s follows the schema', (_name, file) => {
    validate(file);
    expect(validate.errors).toBeNull();
  });

  test('the schema refuses what is not a vector', () => {
    const file = files.get('frames.json')!;
    const vector = file.vectors[0]!;
    expect(validate({ ...file, vectors: [] })).toBe(false);
    expect(validate({ ...file, vectors: [{ ...vector, input: { client: ['8'] } }] })).toBe(false);
    expect(validate({ ...file, vectors: [{ ...vector, events: [{ type: 'text' }] }] })).toBe(false);
    expect(validate({ ...file, vectors: [{ ...vector, extra: 1 }] })).toBe(false);
  });

  test('are what the generator writes', () => {
    const generator = fileURLToPath(new URL('../tools/generate.mjs', import.meta.url));
    expect(execFileSync(process.execPath, [generator, '--check'], { encoding: 'utf8' })).toContain(
      `${vectors.length} vectors`,
    );
  });

  test('name each vector once, after its file', () => {
    expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
    for (const [name, file] of files) {
      for (const { id } of file.vectors) expect(`${id.split('/')[0]}.json`).toBe(name);
    }
  });

  test('are listed in the README with their counts', () => {
    const readme = readText('README.md');
    for (const [name, file] of files)
      expect(readme).toMatch(new RegExp(`\\| \`${name}\` +\\| ${file.vectors.length} +\\|`));
    expect(readme).toContain(`${vectors.length} in all`);
  });

  test('name the advisories ADVISORIES.md lists, all of them', () => {
    const listed = [...readText('ADVISORIES.md').matchAll(/^\| ([A-Z]\d\d) \|/gm)].map((match) => match[1]);
    const named = new Set(vectors.flatMap(({ advisories }) => advisories ?? []));
    expect([...named].sort()).toEqual(listed);
  });
});

const CLOSE_CODES: Record<FaultCode, number> = {
  RESERVED_BITS: 1002,
  RESERVED_OPCODE: 1002,
  CONTROL_FRAGMENTED: 1002,
  MASK_REQUIRED: 1002,
  MASK_FORBIDDEN: 1002,
  CONTROL_TOO_LONG: 1002,
  UNEXPECTED_CONTINUATION: 1002,
  EXPECTED_CONTINUATION: 1002,
  TOO_MANY_FRAGMENTS: 1008,
  CLOSE_BODY_TOO_SHORT: 1002,
  LENGTH_NOT_MINIMAL: 1002,
  LENGTH_TOP_BIT: 1002,
  FRAME_TOO_LARGE: 1009,
  MESSAGE_TOO_LARGE: 1009,
  CLOSE_CODE_INVALID: 1002,
  INVALID_UTF8: 1007,
};

describe('the events', () => {
  const lists = vectors.flatMap((vector) => rolesOf(vector).map((role) => expectedEvents(vector, role)));

  test('show every fault, each with its close code', () => {
    const seen = new Map<string, number>();
    for (const event of lists.flat()) if (event.type === 'fail') seen.set(event.code, event.closeCode);
    expect(Object.fromEntries(seen)).toEqual(CLOSE_CODES);
  });

  test('end with a terminal event or with none', () => {
    for (const events of lists) {
      const terminal = events.findIndex(({ type }) => type === 'fail' || type === 'end');
      if (terminal >= 0) expect(terminal).toBe(events.length - 1);
    }
  });

  test('judge single text frames as TextDecoder does', () => {
    let judged = 0;
    for (const vector of files.get('utf8.json')!.vectors) {
      const input = expandSegments(vector.input.client!);
      const length = input[1]!;
      if (input[0] !== 0x81 || length > 125 || input.length < 2 + length) continue;
      const payload = input.subarray(2, 2 + length);
      const first = expectedEvents(vector, 'client')[0]!;
      let decoded: string | undefined;
      try {
        decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
      } catch {}
      if (decoded !== undefined) {
        const text = first.type === 'text' && 'bytes' in first ? expandSegments(first.bytes) : undefined;
        if (text === undefined) expect(first).toEqual({ type: 'text', data: decoded });
        else expect(text).toEqual(new Uint8Array(payload));
      } else {
        expect(first).toMatchObject({ type: 'fail', code: 'INVALID_UTF8' });
        if (first.type !== 'fail') continue;
        // What stands before the offset can still become text; with the byte at the offset it cannot.
        const valid = new TextDecoder('utf-8', { fatal: true });
        expect(() => valid.decode(payload.subarray(0, first.offset - 2), { stream: true })).not.toThrow();
        const broken = new TextDecoder('utf-8', { fatal: true });
        expect(() =>
          broken.decode(payload.subarray(0, first.offset - 1), { stream: first.offset < 2 + length }),
        ).toThrow();
      }
      judged++;
    }
    expect(judged).toBeGreaterThan(150);
  });
});

test('the examples of section 5.7 are those of the RFC', () => {
  const input = (id: string, role: 'client' | 'server'): string =>
    Buffer.from(expandSegments(vectorNamed(`frames/rfc-5.7/${id}`).input[role]!)).toString('hex');
  expect(input('unmasked-text', 'client')).toBe('810548656c6c6f');
  expect(input('masked-text', 'server')).toBe('818537fa213d7f9f4d5158');
  expect(input('fragmented-text', 'client')).toBe('010348656c80026c6f');
  expect(input('ping', 'client')).toBe('890548656c6c6f');
  expect(input('pong', 'server')).toBe('8a8537fa213d7f9f4d5158');
  expect(input('binary-256', 'client')).toMatch(/^827e0100[0-9a-f]{512}$/);
  expect(input('binary-64k', 'client')).toMatch(/^827f0000000000010000/);
  expect(input('binary-64k', 'client').length).toBe(2 * (10 + 65536));
});
