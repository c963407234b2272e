import { describe, expect, it } from 'vitest';
import { findImportFaults } from '../lint-imports.mjs';

const FLOORS = [['ground'], ['left', 'right'], ['upper']];

/** Faults of a house that has a file on each floor, with some files in place of those or more. */
function faultsOf(files: Record<string, string>, arrows: string[] = []): string[] {
  const house = {
    'index.ts': "export { upper } from './upper/a.js';\nexport { ground } from './ground/a.js';",
    'upper/a.ts': "import { left } from '../left/a.js';\nimport { ground } from '../ground/a.js';",
    'left/a.ts': "import { ground } from '../ground/a.js';\nimport { b } from './b.js';",
    'left/b.ts': 'export const b = 1;',
    'right/a.ts': "import { ground } from '../ground/deep/a.js';",
    'ground/a.ts': "import { deep } from './deep/a.js';",
    'ground/deep/a.ts': "import { b } from '../b.js';",
    'ground/b.ts': 'export const b = 1;',
  };
  return findImportFaults(new Map(Object.entries({ ...house, ...files })), arrows, FLOORS);
}

describe('floors', () => {
  it('lets a file import from its own folder and from all floors below', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each([
    ['upwards', 'left/b.ts', "import { upper } from '../upper/b.js';", 'upper/b.ts'],
    ['two floors upwards', 'ground/b.ts', "import { upper } from '../upper/b.js';", 'upper/b.ts'],
    ['of a type', 'ground/b.ts', "import type { Upper } from '../upper/b.js';", 'upper/b.ts'],
    ['to export it', 'left/b.ts', "export { upper } from '../upper/b.js';", 'upper/b.ts'],
    ['over several lines', 'left/b.ts', "import {\n  upper,\n} from '../upper/b.js';", 'upper/b.ts'],
    ['for its effect', 'left/b.ts', "import '../upper/b.js';", 'upper/b.ts'],
    ['by a call', 'left/b.ts', "const upper = await import('../upper/b.js');", 'upper/b.ts'],
    ['from a folder within', 'ground/deep/a.ts', "import { left } from '../../left/b.js';", 'left/b.ts'],
    ['to the side', 'right/a.ts', "import { left } from '../left/b.js';", 'left/b.ts'],
    ['of the top', 'upper/a.ts', "import { other } from '../other.js';", 'other.ts'],
  ])('finds an import %s', (_, file, code, target) => {
    const others = { 'other.ts': '', 'upper/b.ts': '' };
    expect(faultsOf({ ...others, [file]: code })).toEqual([
      `${file} imports ${target}, which is on no floor below`,
    ]);
  });

  it('lets the files of the top import each other', () => {
    expect(faultsOf({ 'other.ts': "import { upper } from './index.js';" })).toEqual([]);
  });

  it('finds a folder that is on no floor, and what is imported from there', () => {
    expect(faultsOf({ 'attic/a.ts': "import { b } from '../left/b.js';" })).toEqual([
      'attic/a.ts imports left/b.ts, which is on no floor below',
      'attic/ is on no floor',
    ]);
  });

  it('finds a floor without files', () => {
    expect(findImportFaults(new Map([['index.ts', '']]), [], [['cellar']])).toEqual([
      'cellar/ has a floor and no files',
    ]);
  });

  it('checks none where there are none', () => {
    const sources = new Map([['low/a.ts', "import { b } from '../high/b.js';"]]);
    expect(findImportFaults(sources, [])).toEqual([]);
  });
});

describe('cycles', () => {
  it('finds one, within a folder too', () => {
    expect(faultsOf({ 'left/b.ts': "import { a } from './a.js';" })).toEqual([
      'cycle left/a.ts -> left/b.ts -> left/a.ts',
    ]);
  });

  it('finds none in types', () => {
    expect(faultsOf({ 'left/b.ts': "import type { A } from './a.js';" })).toEqual([]);
  });
});

describe('portability and arrows', () => {
  it.each([
    ["import { inflateRawSync } from 'node:zlib';", 'is not portable'],
    ['const bytes = Buffer.from([]);', 'is not portable'],
    ['const mode = process.env;', 'is not portable'],
    ['const key = Math.random();', 'uses Math.random'],
    ["import { Connection } from '@sanssocket/codec';", 'imports codec, against the arrows'],
  ])('finds %s', (code, fault) => {
    expect(faultsOf({ 'left/b.ts': code }, ['mask'])).toEqual([`left/b.ts ${fault}`]);
  });

  it('leaves comments, adapters to Node and packages below alone', () => {
    const files = {
      'left/b.ts':
        "// not Buffer.from\n/* import from 'node:zlib' */\nimport { mask } from '@sanssocket/mask';",
      'left/node-zlib.ts': "import { inflateRawSync } from 'node:zlib';",
    };
    expect(faultsOf(files, ['mask'])).toEqual([]);
  });
});
