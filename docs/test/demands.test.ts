// The two pages that list the RFCs' demands: none is missing, and every vector, test and source they name is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Row {
  readonly id: string;
  readonly quote: string;
  readonly consequence: string;
  readonly where: string;
  readonly shownBy: string;
}

/** The rows of all tables of a page whose first cell is a demand, such as 5.1/2. */
function rowsOf(page: string): Row[] {
  const text = readFileSync(`${root}docs/pages/guide/${page}`, 'utf8');
  return text.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, id = '', quote = '', consequence = '', where = '', shownBy = ''] = cells;
    return /^\d[\d.]*\/\d+$/.test(id) ? [{ id, quote, consequence, where, shownBy }] : [];
  });
}

const vectorIds: readonly string[] = readdirSync(`${root}test-vectors/vectors`).flatMap((file) => {
  const content: object = JSON.parse(readFileSync(`${root}test-vectors/vectors/${file}`, 'utf8'));
  return Object.values(content).flatMap((value) =>
    Array.isArray(value) ? value.map(({ id }: { readonly id: string }) => id) : [],
  );
});

/** Whether there is such a vector, or any if it ends with a star, or such a test. */
function isShown(name: string): boolean {
  if (name.endsWith('.ts')) return existsSync(`${root}packages/${name}`);
  if (!name.endsWith('*')) return vectorIds.includes(name);
  return vectorIds.some((id) => id.startsWith(name.slice(0, -1)));
}

/** What is wrong with `` `codec/wire/utf8.ts` validateUtf8 ``; undefined if nothing is. */
function sourceFault(source: string): string | undefined {
  const match = /^`(\w+)\/([\w./-]+\.ts)`(?: ([\w, ]+))?$/.exec(source);
  if (match === null) return `${source} names no source`;
  const file = `${root}packages/${match[1]}/src/${match[2]}`;
  if (!existsSync(file)) return `${source} is not there`;
  const text = readFileSync(file, 'utf8');
  const missing = (match[3] ?? '').split(', ').find((name) => !text.includes(name));
  return missing === undefined ? undefined : `${source} has no ${missing}`;
}

describe.each(['rfc6455.md', 'rfc7692.md'])('%s', (page) => {
  const rows = rowsOf(page);

  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it.each(rows.map((row) => [row.id, row] as const))('%s', (_, { consequence, where, shownBy }) => {
    expect(consequence).not.toBe('');
    const sources = where === '' ? [] : where.split('; ');
    expect(sources.map(sourceFault).filter((fault) => fault !== undefined)).toEqual([]);
    const shown = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    expect(shown.filter((name) => !isShown(name))).toEqual([]);
    // A demand that is not left to the application is enforced somewhere, and shown.
    if (!consequence.startsWith('Left to the application')) {
      expect(sources.length).toBeGreaterThan(0);
      expect(shown.length).toBeGreaterThan(0);
    }
  });
});

describe('rfc6455.md and the RFC', () => {
  const file = `${root}docs/test/rfc6455-musts.json`;
  const musts: { readonly section: string; readonly sentences: readonly string[] }[] = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const demands = musts.flatMap(({ section, sentences }) =>
    sentences.map((sentence, index) => ({ id: `${section}/${index + 1}`, sentence })),
  );
  const rows = rowsOf('rfc6455.md');

  it('has every demand, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(demands.map(({ id }) => id));
  });

  it.each(demands.map(({ id, sentence }) => [id, sentence]))('%s is quoted as it stands', (id, sentence) => {
    const { quote } = rows.find((row) => row.id === id)!;
    const words = sentence!.replace(/[|_]/g, '');
    let at = 0;
    for (const part of quote.replaceAll('&lt;', '<').split('…')) {
      const found = words.indexOf(part.trim(), at);
      expect(found, part).toBeGreaterThanOrEqual(0);
      at = found + part.trim().length;
    }
    expect(quote).toMatch(/MUST/);
  });
});
