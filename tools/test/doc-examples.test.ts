// Every example in the documentation runs as it stands, and everything a package exports is documented.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { exampleBlocks, packageNames, writeExamples } from '../doc-examples.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('examples', () => {
  beforeEach(() => {
    vi.spyOn(console, 'log').mockReturnValue();
    return () => vi.restoreAllMocks();
  });

  it.each(writeExamples().map(({ name, path }) => [name, path]))('%s', async (_, path) => {
    await import(path!);
  });
});

describe('exampleBlocks', () => {
  it('takes blocks of TypeScript that may run, from doc comments and from Markdown', () => {
    const fence = '```';
    const text = `/**\n * ${fence}ts\n * a(\n *   1);\n * ${fence}\n */\n${fence}ts no-run\nb\n${fence}\n${fence}ts\nc\n${fence}\n`;
    expect(exampleBlocks(text)).toEqual([
      { line: 3, code: 'a(\n  1);\n' },
      { line: 11, code: 'c\n' },
    ]);
  });

  it('refuses a block without an end', () => {
    expect(() => exampleBlocks('```ts\na')).toThrow('line 2');
  });
});

/** The sources behind the entry points that a package.json names. */
function entryPoints(name: string): string[] {
  const folder = `${root}packages/${name}/`;
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  return Object.values<{ default: string } | string>(exports).flatMap((entry) =>
    typeof entry === 'string' || !entry.default.endsWith('.js')
      ? []
      : [entry.default.replace(/^\.\/dist\/(.*)\.js$/, `${folder}src/$1.ts`)],
  );
}

const entries = packageNames().flatMap(entryPoints);
const program = ts.createProgram(entries, {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  noLib: true,
  types: [],
});
const checker = program.getTypeChecker();

describe.each(entries.map((entry) => [entry.slice(root.length), entry]))('%s', (_, entry) => {
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry!)!)!;

  const isPublic = (symbol: ts.Symbol): boolean =>
    !symbol.getJsDocTags(checker).some(({ name }) => name === 'internal');
  const symbols = checker.getExportsOfModule(module).filter(isPublic);

  it.each(symbols.map((symbol) => [symbol.name, symbol] as const))('%s is documented', (_, symbol) => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    expect(ts.displayPartsToString(meant.getDocumentationComment(checker))).not.toBe('');
    if (meant.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) {
      expect(meant.getJsDocTags(checker).map((tag) => tag.name)).toContain('example');
    }
  });
});
