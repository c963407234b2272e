/** The engines that every runtime has, where the tests of permessage-deflate name all of Node's. */
import type { DeflateEngine } from '@sanssocket/deflate';
import { fflate } from '@sanssocket/deflate/fflate';
import { pako } from '@sanssocket/deflate/pako';
import { compressionStreams } from '@sanssocket/deflate/streams';

const streams: readonly (readonly [string, DeflateEngine])[] =
  'CompressionStream' in globalThis ? [['compression streams', compressionStreams()]] : [];

export const engines: readonly (readonly [string, DeflateEngine])[] = [
  ['pako', pako()],
  ['fflate', fflate()],
  ...streams,
];
