/** permessage-deflate (RFC 7692) by ws's options, over Node's zlib. */

import type { MessageExtension } from '@sanssocket/codec';
import { type PermessageDeflateOptions, permessageDeflate } from '@sanssocket/deflate';
import { type DeflateEngine, nodeZlib } from '@sanssocket/deflate/node-zlib';
import type { ExtensionFactory } from '@sanssocket/handshake';
import type { PerMessageDeflateOptions } from './types.js';

/** The extension that a handshake offers or accepts. */
export type Deflate = ExtensionFactory<MessageExtension>;

let engine: DeflateEngine | undefined;

/** The extension of clients without options of their own. */
let usual: Deflate | undefined;

/**
 * Makes the extension for a server or for clients.
 *
 * @returns undefined if there is to be none
 * @throws RangeError or TypeError for options that make no sense
 */
export function deflateOf(
  role: 'server' | 'client',
  options: boolean | PerMessageDeflateOptions | undefined,
): Deflate | undefined {
  if (!options) return undefined;
  engine ??= nodeZlib();
  if (role === 'client' && options === true) {
    usual ??= permessageDeflate({ engine });
    return usual;
  }
  const wishes = options === true ? {} : options;
  const extension = permessageDeflate({ engine, ...converted(role, wishes) });
  return role === 'client' && wishes.clientNoContextTakeover === false ? insistent(extension) : extension;
}

function converted(
  role: 'server' | 'client',
  options: PerMessageDeflateOptions,
): Omit<PermessageDeflateOptions, 'engine'> {
  const { serverNoContextTakeover, clientNoContextTakeover, threshold, zlibDeflateOptions } = options;
  const serverBits = bitsOf(options.serverMaxWindowBits);
  const clientBits = bitsOf(options.clientMaxWindowBits);
  return {
    serverNoContextTakeover: serverNoContextTakeover === true,
    clientNoContextTakeover: clientNoContextTakeover === true,
    serverMaxWindowBits: serverBits,
    clientMaxWindowBits: clientBits,
    offerClientMaxWindowBits: options.clientMaxWindowBits !== false,
    threshold,
    level: zlibDeflateOptions?.level,
    memoryLevel: zlibDeflateOptions?.memLevel,
    rejects:
      role === 'client'
        ? {}
        : {
            serverNoContextTakeover: serverNoContextTakeover === false,
            // With false a server rejects each offer that limits its window, and 15 is the largest.
            serverMaxWindowBitsBelow: options.serverMaxWindowBits === false ? 15 : serverBits,
            clientMaxWindowBitsBelow: clientBits,
          },
  };
}

function bitsOf(value: number | boolean | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A client that does not let a server forbid it to keep its window. */
function insistent(extension: Deflate): Deflate {
  return {
    ...extension,
    confirm(response) {
      const forbids = response.some(({ name }) => name === 'client_no_context_takeover');
      return forbids ? undefined : extension.confirm(response);
    },
  };
}
