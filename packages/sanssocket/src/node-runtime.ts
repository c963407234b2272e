/** Compression on Node, Bun and Deno. */

import type { MessageExtension } from '@sanssocket/codec';
import { type PermessageDeflateOptions, permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import type { ExtensionFactory } from '@sanssocket/handshake';

/** permessage-deflate by `node:zlib`. */
export function deflate(
  options: Omit<PermessageDeflateOptions, 'engine'>,
): ExtensionFactory<MessageExtension> {
  return permessageDeflate({ ...options, engine: nodeZlib() });
}
