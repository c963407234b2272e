/** Packs what is published, as it will be published, into a folder outside of the workspace. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { publishedPackages } from '../../packages.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A package in its tarball. */
export interface Packed {
  readonly name: string;
  /** Its folder in the repository. */
  readonly folder: string;
  readonly tarball: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly packed: readonly Packed[];
    /** Where projects may be made. */
    readonly folder: string;
  }
}

/** Run once, before all tests of this folder. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  const packed = publishedPackages().map((path): Packed => {
    const { name, version } = JSON.parse(readFileSync(`${root}${path}/package.json`, 'utf8'));
    // pnpm writes versions in place of `workspace:`.
    execFileSync(`${root}node_modules/.bin/pnpm`, ['pack', '--pack-destination', folder], {
      cwd: root + path,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return {
      name,
      folder: root + path,
      tarball: join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
    };
  });
  project.provide('packed', packed);
  project.provide('folder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
