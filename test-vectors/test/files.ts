import { readdirSync, readFileSync } from 'node:fs';
import type { ConnectionVector, ConnectionVectorFile } from '../src/index.js';

const directory = new URL('../vectors/', import.meta.url);

/** The connection files by name; the opening handshake and permessage-deflate have formats of their own. */
export const files: ReadonlyMap<string, ConnectionVectorFile> = new Map(
  readdirSync(directory)
    .filter((name) => name.endsWith('.json') && name !== 'handshake.json' && name !== 'deflate.json')
    .sort()
    .map((name) => [
      name,
      JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as ConnectionVectorFile,
    ]),
);

export const vectors: readonly ConnectionVector[] = [...files.values()].flatMap((file) => file.vectors);

export function vectorNamed(id: string): ConnectionVector {
  const found = vectors.find((vector) => vector.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

export function readText(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}
