/** The clock, and compression, on Node. */

import type { MessageExtension } from '@sanssocket/codec';
import { type PermessageDeflateOptions, permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import type { ExtensionFactory } from '@sanssocket/handshake';

/** The clock of the adapters: it does not run backwards. */
export function clock(): number {
  return Math.floor(performance.now());
}

/** permessage-deflate by `node:zlib`. */
export function deflate(
  options: Omit<PermessageDeflateOptions, 'engine'>,
): ExtensionFactory<MessageExtension> {
  return permessageDeflate({ ...options, engine: nodeZlib() });
}
