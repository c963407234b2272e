/** Options that both sides have. */

import type { MessageExtension } from '@sanssocket/codec';
import { inWords, usageError } from '@sanssocket/codec/options';
import type { PermessageDeflateOptions } from '@sanssocket/deflate';
import type { ExtensionFactory } from '@sanssocket/handshake';

/** How messages are compressed: not at all, by the defaults of the side, or by options of permessage-deflate. */
export type Compression = boolean | Omit<PermessageDeflateOptions, 'engine'>;

/** Makes permessage-deflate by the engine of a runtime; undefined where it has none. */
export type DeflateFactory =
  | ((options: Omit<PermessageDeflateOptions, 'engine'>) => ExtensionFactory<MessageExtension>)
  | undefined;

/**
 * The extensions that an option `compression` stands for.
 *
 * @param usual - options for `true`
 * @throws TypeError (`OPTION_INVALID`) for another kind of option, and for options where the runtime has
 * no engine
 */
export function compressionOf(
  compression: Compression,
  usual: Omit<PermessageDeflateOptions, 'engine'>,
  deflate: DeflateFactory,
): readonly ExtensionFactory<MessageExtension>[] {
  if (compression === false || (compression === true && deflate === undefined)) return [];
  if (deflate === undefined) {
    throw usageError(TypeError, 'OPTION_INVALID', 'compression has no options here: there is no engine');
  }
  if (compression === true) return [deflate(usual)];
  if (typeof compression === 'object' && compression !== null) return [deflate(compression)];
  const got = inWords(compression);
  throw usageError(TypeError, 'OPTION_INVALID', `compression is a boolean or options, not ${got}`);
}

/** The longest delay of `setTimeout`; with a longer one it rings at once. */
const MAX_DELAY_MS = 0x7fff_ffff;

/** A time as the delay of a timer. */
export function delayOf(ms: number): number {
  return Math.min(Math.max(0, ms), MAX_DELAY_MS);
}

/** @throws TypeError (`OPTION_INVALID`) for anything but an object */
export function requireObject(name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw usageError(TypeError, 'OPTION_INVALID', `${name} is an object, not ${inWords(value)}`);
}
