// The packages that are published, by folder.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders of the published packages, relative to the root. */
export function publishedPackages() {
  return [...readdirSync(`${root}packages`).map((name) => `packages/${name}`), 'test-vectors'];
}
