// "When it goes wrong" has every fault, as the tables in the code have it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FAULTS } from '@sanssocket/codec/frames';
import { HANDSHAKE_FAULTS } from '@sanssocket/handshake/rules';
import { expect, it } from 'vitest';

const page = readFileSync(
  fileURLToPath(new URL('../pages/guide/when-it-goes-wrong.md', import.meta.url)),
  'utf8',
);

/** The rows of a table of faults, by cell, of the part of the page with this heading. */
function rowsOf(heading: string): string[][] {
  const part = page.slice(page.indexOf(heading)).split(/\n## /)[0]!;
  return part.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return /^`[A-Z_0-9]+`<br>/.test(cells[1] ?? '') ? [cells.slice(1, -1)] : [];
  });
}

function expectHelp(rows: readonly string[][]): void {
  for (const cells of rows) {
    expect(cells).toHaveLength(3);
    for (const cell of cells) expect(cell).not.toBe('');
  }
}

it('has every fault of the codec, with its section and Close code, a cause and where to look', () => {
  const rows = rowsOf('## Faults of frames');
  expect(rows.map(([first]) => first)).toEqual(
    Object.entries(FAULTS).map(
      ([code, { sentence, section, closeCode }]) =>
        `\`${code}\`<br>${sentence} (${section}; Close ${closeCode})`,
    ),
  );
  expectHelp(rows);
});

it('has every fault of the handshake, with its section and status, a cause and where to look', () => {
  const rows = rowsOf('## Faults of the handshake');
  expect(rows.map(([first]) => first)).toEqual(
    Object.entries(HANDSHAKE_FAULTS).map(
      ([code, { sentence, section, status }]) =>
        `\`${code}\`<br>${sentence} (${section}${status === 0 ? '' : `; status ${status}`})`,
    ),
  );
  expectHelp(rows);
});
