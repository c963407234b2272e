/** Configurations as hosts have them: every option that says who owns which memory, with every kind of extension. */
import assert from 'node:assert/strict';
import type { DeflateEngine, PermessageDeflateOptions } from '@sanssocket/deflate';
import { fflate } from '@sanssocket/deflate/fflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { pako } from '@sanssocket/deflate/pako';
import { compressionStreams } from '@sanssocket/deflate/streams';
import { type MaskFunction, mask } from '@sanssocket/mask';
import fc from 'fast-check';
import { negotiate } from '../../../deflate/test/pair.js';
import { ConnectionConfig, type MessageExtension, type MessageMode, RSV1, RSV2 } from '../../src/index.js';
import { flip, sync } from '../extensions.js';
import type { Habits } from './host.js';
import { allocators, memoryKinds, place } from './payloads.js';

/** What both ends of a connection have agreed on. */
interface Agreed {
  readonly client: readonly MessageExtension[];
  readonly server: readonly MessageExtension[];
}

/** An extension that takes its time, longer for some messages than for others, and leaves some as they are. */
function slow(): MessageExtension {
  let n = 0;
  const later = async (): Promise<void> => {
    for (let i = (n++ * 7919) % 5; i > 0; i--) await null;
  };
  return {
    rsv: RSV1,
    encode: async (piece, { first }) => {
      await later();
      return first && piece.length % 4 === 3 ? undefined : flip(piece);
    },
    decode: async (message) => {
      await later();
      return flip(message);
    },
  };
}

/**
 * An extension of the host's own that gives Buffers of Node's pool, and for the same piece the same one to every connection: it
 * is told that nobody changes them.
 */
class Sharing implements MessageExtension {
  readonly rsv = RSV2;
  readonly #given = new Map<string, Buffer>();

  encode(piece: Uint8Array): Uint8Array {
    const flipped = place(flip(piece), 'pool') as Buffer;
    if (flipped.length > MAX_SHARED_BYTES) return flipped;
    const content = flipped.toString('latin1');
    const given = this.#given.get(content) ?? flipped;
    this.#given.set(content, given);
    return given;
  }

  decode(message: Uint8Array): Uint8Array {
    return place(flip(message), 'pool');
  }

  /** What it gave is as it was. */
  check(): void {
    for (const [content, given] of this.#given)
      assert(given.toString('latin1') === content, 'an extension’s bytes changed');
  }
}
const MAX_SHARED_BYTES = 5000;

function compressed(engine: DeflateEngine, windows: boolean, takeover: boolean): () => Agreed {
  const wishes: PermessageDeflateOptions = {
    engine,
    level: 1,
    threshold: takeover ? 0 : 100,
    serverNoContextTakeover: !takeover,
    clientNoContextTakeover: !takeover,
    ...(windows ? { serverMaxWindowBits: 10, clientMaxWindowBits: 9 } : {}),
  };
  return () => {
    const { client, server } = negotiate(wishes, wishes)!;
    return { client: [client], server: [server] };
  };
}

const both =
  (make: () => MessageExtension[]): (() => Agreed) =>
  () => ({ client: make(), server: make() });

const extensions: Readonly<Record<string, () => Agreed>> = {
  none: both(() => []),
  flip: both(() => [sync(RSV1)]),
  slow: both(() => [slow()]),
  'node:zlib': compressed(nodeZlib(), false, true),
  'node:zlib, no takeover': compressed(nodeZlib(), false, false),
  'node:zlib, functions': compressed(nodeZlib({ handle: false }), true, true),
  'node:zlib, off-thread': compressed(nodeZlib({ offThreadBytes: 8 }), true, true),
  'node:zlib, off-thread, no takeover': compressed(nodeZlib({ offThreadBytes: 8 }), false, false),
  pako: compressed(pako(), true, true),
  fflate: compressed(fflate(), false, true),
  streams: compressed(compressionStreams(), false, false),
};

/** What one end of connections of a kind is made with. */
export interface End {
  readonly config: ConnectionConfig;
  readonly messages: MessageMode;
}

/** What connections of a kind share. */
export interface Setting {
  readonly client: End;
  readonly server: End;
  readonly agree: () => Agreed;
  /** What must be true at the end. */
  readonly check: () => void;
}

const choices = {
  messages: fc.constantFrom<MessageMode[]>('whole', 'whole', 'bytes', 'bytes', 'borrowed', 'streamed'),
  transferInput: fc.boolean(),
  /** Whether a kernel of the host's masks: frames are read one by one then, as where there is no WebAssembly. */
  ownKernel: fc.constantFrom(false, false, true),
  allocate: fc.constantFrom<(keyof typeof allocators)[]>('default', 'pool', 'pool', 'dirty'),
  extension: fc.oneof(
    { weight: 2, arbitrary: fc.constant('none') },
    { weight: 3, arbitrary: fc.constantFrom(...Object.keys(extensions)) },
  ),
  shares: fc.boolean(),
  firstKey: fc.integer(),
};

export const settings: fc.Arbitrary<Setting> = setting(choices);

/** Those in which most of a large message is where its pieces were put together. */
export const plainSettings: fc.Arbitrary<Setting> = setting({
  ...choices,
  messages: fc.constantFrom<MessageMode[]>('whole', 'bytes', 'borrowed'),
  extension: fc.constant('none'),
});

function setting(of: typeof choices): fc.Arbitrary<Setting> {
  return fc.record(of).map((chosen) => {
    const { messages, transferInput, ownKernel, allocate, extension, shares, firstKey } = chosen;
    let key = firstKey;
    const options = {
      transferInput,
      ...(ownKernel && { mask: ((...all) => mask(...all)) as MaskFunction }),
      ...(allocate === 'default' ? {} : { allocate: allocators[allocate] }),
      generateMaskingKey: () => {
        key = (Math.imul(key, 0x5bd1e995) + 0x2545) | 0;
        return key;
      },
    };
    const sharing = new Sharing();
    const first = shares && extension !== 'none' ? [sharing] : [];
    return {
      [fc.toStringMethod]: () => JSON.stringify(chosen),
      client: { config: new ConnectionConfig({ role: 'client', ...options }), messages },
      server: { config: new ConnectionConfig({ role: 'server', ...options }), messages },
      agree: () => {
        const { client, server } = extensions[extension]!();
        return { client: [...first, ...client], server: [...first, ...server] };
      },
      check: () => sharing.check(),
    };
  });
}

/** What a host is like. */
export const habits: fc.Arbitrary<Habits> = fc.record({
  chunks: memoryKinds,
  reactions: fc.array(
    fc.oneof(
      { arbitrary: fc.constant('none' as const), weight: 5 },
      { arbitrary: fc.constantFrom('pause', 'blink', 'throw', 'feed', 'answer'), weight: 4 },
    ),
    { minLength: 1, maxLength: 7 },
  ),
  written: fc.array(fc.constantFrom('forget', 'reuse', 'reuse', 'reuse late', 'reuse twice', 'hold'), {
    minLength: 1,
    maxLength: 4,
  }),
  transfers: fc.boolean(),
  givesChunks: fc.boolean(),
});
