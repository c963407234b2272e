import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBufferTraps } from '../lint-bytes.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-bytes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the rule says of a source, without the place. */
function faultsOf(code: string): string[] {
  const file = join(folder, 'source.ts');
  writeFileSync(file, code);
  return findBufferTraps([file]).map((fault) => fault.replace(/^.*source\.ts:\d+: /, ''));
}

const declared =
  'declare const bytes: Uint8Array; declare const maybe: Uint8Array | undefined; declare const held: { bytes: Uint8Array };\n';

it.each([
  ['bytes.slice(1)', '.slice of bytes that may be a Buffer'],
  ['maybe?.slice()', '.slice of bytes that may be a Buffer'],
  ['held.bytes.toString()', '.toString of bytes that may be a Buffer'],
  ['bytes.subarray(1).slice()', '.slice of bytes that may be a Buffer'],
  ['new Uint8Array(4).slice()', '.slice of bytes that may be a Buffer'],
  ['String(bytes)', 'String() of bytes that may be a Buffer'],
  ['`a$' + '{bytes}`', 'bytes that may be a Buffer in a template'],
  ["'' + bytes", 'bytes that may be a Buffer added to something'],
])('finds %s', (code, fault) => {
  expect(faultsOf(`${declared}export const value = ${code};`)).toEqual([fault]);
});

it.each([
  'bytes.subarray(1)',
  'new Uint8Array(bytes)',
  'Uint8Array.from(bytes)',
  "'text'.slice(1)",
  '[bytes].slice()',
  'bytes.length + 1',
  '`$' + '{bytes.length}`',
  'bytes.fill(0)',
])('leaves %s alone', (code) => {
  expect(faultsOf(`${declared}export const value = ${code};`)).toEqual([]);
});
