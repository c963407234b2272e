// Package lint of every package as it is published: publint and "are the types wrong".
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { publishedPackages } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const destination = mkdtempSync(join(tmpdir(), 'lint-packages-'));
let failed = 0;
for (const folder of publishedPackages()) {
  const pkgDir = root + folder;
  const pkg = JSON.parse(readFileSync(`${pkgDir}/package.json`, 'utf8'));
  const tarball = join(destination, `${pkg.name.replace('@', '').replace('/', '-')}-${pkg.version}.tgz`);
  execFileSync(`${root}node_modules/.bin/pnpm`, ['pack', '--pack-destination', destination], {
    cwd: pkgDir,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  for (const message of messages) console.log(`${pkg.name}: ${formatMessage(message, pkg)}`);
  failed += messages.length;
  try {
    // JSON has no declarations, nor need of them.
    const data = Object.keys(pkg.exports).filter((path) => typeof pkg.exports[path] === 'string');
    const exclude = data.length === 0 ? [] : ['--exclude-entrypoints', ...data];
    execFileSync(
      `${root}node_modules/.bin/attw`,
      // All problems but those of `node10`, which TypeScript 6 has given up. That CommonJS gets
      // modules is meant: Node can require them.
      [tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--quiet', ...exclude],
      {
        cwd: pkgDir,
        stdio: 'inherit',
      },
    );
    console.log(`${pkg.name}: ok`);
  } catch {
    failed++;
    console.log(`${pkg.name}: the types are wrong`);
  }
}
rmSync(destination, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
