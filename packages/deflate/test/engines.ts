import type { DeflateEngine } from '@sanssocket/deflate';
import { fflate } from '@sanssocket/deflate/fflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { pako } from '@sanssocket/deflate/pako';
import { compressionStreams } from '@sanssocket/deflate/streams';
import { Scratch } from '../src/inflate/inflate.js';

// All tests with engines: nothing that was given back may still be seen.
Scratch.spoils = true;

/** Every engine, and every way in which one of them works. */
export const engines: readonly (readonly [string, DeflateEngine])[] = [
  ['node:zlib', nodeZlib()],
  ['node:zlib, documented functions', nodeZlib({ handle: false })],
  ['node:zlib, off-thread', nodeZlib({ offThreadBytes: 1 })],
  ['pako', pako()],
  ['fflate', fflate()],
  ['compression streams', compressionStreams()],
  ['node:zlib, off-thread from 8 bytes', nodeZlib({ offThreadBytes: 8 })],
];
