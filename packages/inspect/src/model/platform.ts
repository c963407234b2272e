/** The parts of a runtime that an inspection is given, as they are not the same in Node and a browser. */

import type { DeflateEngine } from '@sanssocket/deflate';

/** Decoders of what peers compress. */
export interface Decoders {
  /** Inflates compressed messages. */
  readonly engine: DeflateEngine;
  /** Makes a decoder for the header blocks of one direction of HTTP/2; left out where there is none. */
  readonly createHeaderDecoder?: () => HeaderDecoder;
}

/** Decodes the header blocks of one direction, in their order, as each one refers to earlier ones (RFC 7541). */
export interface HeaderDecoder {
  /** @returns names and values in turn; undefined for a block that is not well-formed */
  decode(block: Uint8Array): readonly string[] | undefined;
}

export interface Platform extends Decoders {
  /** Unpacks gzip. */
  gunzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}
