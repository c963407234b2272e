/** The parts of a runtime that an inspection is given, as they are not the same in Node and a browser. */

import type { DeflateEngine } from '@sanssocket/deflate';

export interface Platform {
  /** Inflates compressed messages. */
  readonly engine: DeflateEngine;
  /** Unpacks gzip. */
  gunzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}
