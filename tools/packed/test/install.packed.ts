// Every installer puts the packages where every entry can be imported, and they do what they are for.
import { beforeAll, describe, expect, test } from 'vitest';
import { allCommands, allEntries, createProject, installers, runIn } from '../src/stranger.js';

/** What `project/app.js` prints. */
const APP = { heard: [601, 7], deflated: 1, masked: [3, 0] };

describe.each(installers)('$name', (installer) => {
  let folder: string;

  beforeAll(async () => {
    folder = await createProject(`by-${installer.name}`, installer);
  });

  test('every entry can be imported', async () => {
    const entries = allEntries();
    const names = JSON.parse(await runIn(folder, [...installer.node, 'import.js', ...entries]));
    expect(Object.keys(names)).toEqual(entries);
    for (const entry of entries) expect(names[entry].length, entry).toBeGreaterThan(0);
  });

  test('a client and a server talk', async () => {
    expect(JSON.parse(await runIn(folder, [...installer.node, 'app.js']))).toEqual(APP);
  });

  // yarn keeps commands in zip files; the others put them where npm does.
  test.skipIf(installer.name === 'yarn')('every command says how it is used', async () => {
    const commands = allCommands();
    for (const command of commands) {
      expect(await runIn(folder, [`node_modules/.bin/${command}`, '--help']), command).toContain('Usage');
    }
  });

  // Bun's `require` is not Node's; and where yarn keeps packages, in zip files, Node 20 cannot require modules.
  test.skipIf(installer.name === 'bun' || installer.name === 'yarn')(
    'CommonJS gets the same names',
    async () => {
      // What ws's facade gives to CommonJS is ws's: the class, with all else as its members.
      const entries = allEntries((name) => name !== '@sanssocket/ws');
      const names = JSON.parse(await runIn(folder, [...installer.node, 'import.js', ...entries]));
      const common = JSON.parse(await runIn(folder, [...installer.node, 'require.cjs', ...entries]));
      expect(common.required).toBe(
        (process.features as { require_module?: boolean }).require_module === true,
      );
      // Node marks a module that was required.
      const plain = Object.entries(common.names as Record<string, string[]>).map(([entry, found]) => [
        entry,
        found.filter((name) => name !== '__esModule' && name !== 'module.exports'),
      ]);
      expect(Object.fromEntries(plain)).toEqual(names);
    },
  );
});
