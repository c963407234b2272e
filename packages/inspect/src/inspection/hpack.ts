/// <reference path="./hpack-js-shim.d.ts" />
/** Header blocks of HTTP/2 (RFC 7541), by `hpack.js`, which webpack's development server uses too. */

import hpack from 'hpack.js';
import type { HeaderDecoder } from '../model/platform.js';

/** Bytes of the table before its size is changed (RFC 7541 4.2, RFC 9113 6.5.2). */
const FIRST_TABLE_BYTES = 4096;

/** A peer's SETTINGS may allow more, which need not be in the input; browsers allow 64 KiB. */
const MAX_TABLE_BYTES = 64 * 1024;

export function createHeaderDecoder(): HeaderDecoder {
  const stream = hpack.decompressor.create({ table: { maxSize: MAX_TABLE_BYTES } });
  stream.updateTableSize(FIRST_TABLE_BYTES);
  let isBroken = false;
  stream.on('error', () => {
    isBroken = true;
  });
  return {
    decode(block) {
      stream.write(Buffer.from(block.buffer, block.byteOffset, block.length));
      stream.execute();
      if (isBroken) return undefined;
      const headers: string[] = [];
      for (let header = stream.read(); header !== null; header = stream.read())
        headers.push(header.name, header.value);
      return headers;
    },
  };
}
