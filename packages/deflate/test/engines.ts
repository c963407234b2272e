import type { DeflateEngine } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';

/** Every engine, and every way in which one of them works. */
export const engines: readonly (readonly [string, DeflateEngine])[] = [
  ['node:zlib', nodeZlib()],
  ['node:zlib, documented functions', nodeZlib({ handle: false })],
  ['node:zlib, off-thread', nodeZlib({ offThreadBytes: 1 })],
  ['node:zlib, off-thread from 8 bytes', nodeZlib({ offThreadBytes: 8 })],
];
