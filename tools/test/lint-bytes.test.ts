import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findBufferTraps } from '../lint-bytes.mjs';

const DECLARED =
  'declare const bytes: Uint8Array; declare const maybe: Uint8Array | undefined; declare const held: { bytes: Uint8Array };\n';

const FOUND: readonly (readonly [code: string, fault: string])[] = [
  ['bytes.slice(1)', '.slice of bytes that may be a Buffer'],
  ['maybe?.slice()', '.slice of bytes that may be a Buffer'],
  ['held.bytes.toString()', '.toString of bytes that may be a Buffer'],
  ['bytes.subarray(1).slice()', '.slice of bytes that may be a Buffer'],
  ['new Uint8Array(4).slice()', '.slice of bytes that may be a Buffer'],
  ['String(bytes)', 'String() of bytes that may be a Buffer'],
  ['`a$' + '{bytes}`', 'bytes that may be a Buffer in a template'],
  ["'' + bytes", 'bytes that may be a Buffer added to something'],
];

const LEFT_ALONE: readonly string[] = [
  'bytes.subarray(1)',
  'new Uint8Array(bytes)',
  'Uint8Array.from(bytes)',
  "'text'.slice(1)",
  '[bytes].slice()',
  'bytes.length + 1',
  '`$' + '{bytes.length}`',
  'bytes.fill(0)',
];

/** The faults of each source. One program for all of them: making one takes most of a second. */
function faultsOf(codes: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'lint-bytes-'));
  try {
    const files = codes.map((_, i) => join(folder, `source-${i}.ts`));
    for (const [i, file] of files.entries()) {
      writeFileSync(file, `${DECLARED}export const value = ${codes[i]};`);
    }
    const faults = findBufferTraps(files);
    return codes.map((_, i) => {
      const place = new RegExp(`^.*source-${i}\\.ts:\\d+: `);
      return faults.filter((fault) => place.test(fault)).map((fault) => fault.replace(place, ''));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const faults = faultsOf([...FOUND.map(([code]) => code), ...LEFT_ALONE]);

it.each(FOUND.map(([code, fault], i) => ({ code, fault, i })))('finds $code', ({ fault, i }) => {
  expect(faults[i]).toEqual([fault]);
});

it.each(LEFT_ALONE.map((code, i) => ({ code, i })))('leaves $code alone', ({ i }) => {
  expect(faults[FOUND.length + i]).toEqual([]);
});
