/** Everything about a connection that does not change and can be shared: one object for a million connections. */

import {
  mask as defaultMask,
  type MaskFunction,
  type MaskingKeyGenerator,
  randomMaskingKey,
} from '@sanssocket/mask';
import { allocateCleared, checkedAllocate, lastingAllocate } from '../memory/bytes.js';
import { OutputMemory } from '../memory/output.js';
import {
  type OwnBytes,
  positiveInteger,
  requireKnown,
  requireOneOf,
  requireType,
  usageError,
} from '../wire/errors.js';
import { FrameParserConfig, type Limits, resolveLimits } from '../wire/rules.js';

/** From here on a payload that was given away is queued by reference; below, copying it costs less than a chunk of its own. */
export const BY_REFERENCE_BYTES = 4096;

const OPTIONS: readonly (keyof ConnectionOptions)[] = [
  'role',
  'transferInput',
  'autoPong',
  'autoClose',
  'allowUnmasked',
  'maxQueuedPongs',
  'maxInputBufferBytes',
  'generateMaskingKey',
  'mask',
  'allocate',
  'maxFrameBytes',
  'maxMessageBytes',
  'maxFragments',
];

/** Options of a {@link Connection}. */
export interface ConnectionOptions extends Partial<Limits> {
  /** Which side this is. A server receives masked frames and sends unmasked ones, a client the reverse (RFC 6455 5.1). */
  readonly role: 'server' | 'client';
  /**
   * Whether chunks given to `receive` are given away, for good: binary messages of more than 64 bytes that stand whole in one
   * may be views of it, unmasked where they stand, and keep it alive; longer ones may be put together from it. For hosts whose transport never uses a chunk again (Node's
   * sockets) and sinks that do not keep messages for long. False by default.
   */
  readonly transferInput?: boolean;
  /** Whether pings are answered without asking. True by default. */
  readonly autoPong?: boolean;
  /**
   * Whether the peer's Close is answered without asking, with its own code. True by default. With false the answer is the
   * application's: `close`, at any time from `closeReceived` on. Until then messages may be sent, and the peer waits, which RFC 6455
   * 5.5.1 allows so that a message can be ended, or another leg of a relay can answer first. A host gives it up behind
   * `closeTimeoutMs`; without a host, give it a time limit.
   */
  readonly autoClose?: boolean;
  /**
   * Whether a server takes frames that are not masked, beside those that are: for devices that cannot mask, on a network where
   * nobody else reads along. False by default, as RFC 6455 5.1 has it. Frames are masked so that a page's script cannot choose what
   * stands on the wire, where a proxy may take it for HTTP (10.3).
   */
  readonly allowUnmasked?: boolean;
  /**
   * How many automatic pongs may wait in the output; beyond, only the newest ping is answered, once the output has been
   * taken (RFC 6455 5.5.3 allows it). 64 by default.
   */
  readonly maxQueuedPongs?: number;
  /**
   * How many bytes may wait while the connection is paused (`Connection.pause`, or an asynchronous extension at work); 16 MiB by
   * default. With more, `receive` fails the connection (`INPUT_BUFFER_TOO_LARGE`, 1008): a host that stops reading from its transport
   * while `Connection.paused` never comes to that, and for one that does not, a lost connection is better than an exception that
   * a peer can cause. One chunk alone always has room. What waits because the sink threw counts too, once it has been gone on with.
   */
  readonly maxInputBufferBytes?: number;
  /** Where a client's masking keys come from; by default the runtime's CSPRNG. */
  readonly generateMaskingKey?: MaskingKeyGenerator;
  /**
   * The kernel that masks and unmasks; by default `mask` of `@sanssocket/mask`. What it throws passes through the call that sends,
   * and nothing was sent; where a message would be lost instead, the default serves.
   */
  readonly mask?: MaskFunction;
  /**
   * Where memory for output and for whole messages comes from: gives as many bytes as asked, not shared, which need not be zero,
   * because each is written before anyone sees it. By default `new Uint8Array(bytes)`, which clears them; on Node,
   * `(bytes) => Buffer.allocUnsafe(bytes)` saves half the time of whole messages from 4 KiB on, and of sending as a client.
   * What it throws passes through the call that sends, and nothing was sent; where a message would be lost instead, as it has
   * been received, or an extension has encoded it, the default serves.
   */
  readonly allocate?: (bytes: number) => Uint8Array;
}

/**
 * Options completed and checked. Make one and give it to every connection of a kind; a connection given plain options makes
 * its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection, ConnectionConfig } from '@sanssocket/codec';
 *
 * const config = new ConnectionConfig({ role: 'server', maxMessageBytes: 65536 });
 * const connections = Array.from({ length: 3 }, () => new Connection(config, {}));
 * assert.equal(connections[0]!.state, 'open');
 * assert.throws(() => new ConnectionConfig({ role: 'server', maxMessageBytes: 0 }), RangeError);
 * ```
 */
export class ConnectionConfig {
  readonly role: 'server' | 'client';
  /**
   * Whether frames are read by a scan, see `FrameScan`: of masked chunks, whose frames are not passed on in pieces, and with the
   * kernel of this package.
   *
   * @internal
   */
  readonly scans: boolean;
  readonly transferInput: boolean;
  readonly autoPong: boolean;
  readonly autoClose: boolean;
  readonly allowUnmasked: boolean;
  readonly maxQueuedPongs: number;
  readonly generateMaskingKey: MaskingKeyGenerator;
  readonly mask: MaskFunction;
  /**
   * The same, for what would be lost if it threw: for masking from one memory to another.
   *
   * @internal
   */
  readonly maskLasting: MaskFunction;
  readonly allocate: (bytes: number) => OwnBytes;
  /**
   * The same, for what would be lost if the host had no memory to give.
   *
   * @internal
   */
  readonly allocateLasting: (bytes: number) => OwnBytes;
  readonly maxInputBufferBytes: number;
  readonly maxMessageBytes: number;
  /**
   * What the output of all connections without extensions is put together in.
   *
   * @internal
   */
  readonly output: OutputMemory;
  /**
   * The same, of those with extensions.
   *
   * @internal
   */
  readonly lastingOutput: OutputMemory;
  /** Rules by the reserved bits in use: at most eight. */
  readonly #rules: [FrameParserConfig, ...(FrameParserConfig | undefined)[]];

  /**
   * @throws TypeError for an option or a role that there is not (`OPTION_UNKNOWN`, `OPTION_INVALID`), RangeError for a
   * limit that is not a positive integer (`OPTION_INVALID`)
   */
  constructor(options: ConnectionOptions) {
    requireKnown(options, OPTIONS);
    const {
      role,
      transferInput = false,
      autoPong = true,
      autoClose = true,
      allowUnmasked = false,
      maxQueuedPongs = 64,
      maxInputBufferBytes = 0x100_0000,
      generateMaskingKey = randomMaskingKey,
      mask = defaultMask,
      allocate,
    } = options;
    const limits = resolveLimits(options);
    requireOneOf('role', role, ['server', 'client']);
    requireType('transferInput', transferInput, 'boolean');
    requireType('autoPong', autoPong, 'boolean');
    requireType('autoClose', autoClose, 'boolean');
    requireType('allowUnmasked', allowUnmasked, 'boolean');
    if (allowUnmasked && role === 'client') {
      throw usageError(
        TypeError,
        'OPTION_INVALID',
        "allowUnmasked is for servers: a server's frames are unmasked",
      );
    }
    requireType('generateMaskingKey', generateMaskingKey, 'function');
    requireType('mask', mask, 'function');
    if (allocate !== undefined) requireType('allocate', allocate, 'function');
    this.role = role;
    this.transferInput = transferInput;
    this.autoPong = autoPong;
    this.autoClose = autoClose;
    this.allowUnmasked = allowUnmasked;
    this.maxQueuedPongs = positiveInteger('maxQueuedPongs', maxQueuedPongs);
    this.generateMaskingKey = generateMaskingKey;
    this.mask = mask;
    this.maskLasting = mask === defaultMask ? defaultMask : lastingMask(mask);
    this.scans = role === 'server' && mask === defaultMask;
    this.allocate = allocate === undefined ? allocateCleared : checkedAllocate(allocate);
    this.allocateLasting = allocate === undefined ? allocateCleared : lastingAllocate(this.allocate);
    this.output = new OutputMemory(this.allocate);
    this.lastingOutput = new OutputMemory(this.allocateLasting);
    this.maxInputBufferBytes = positiveInteger('maxInputBufferBytes', maxInputBufferBytes);
    const receiver = allowUnmasked ? 'either' : role;
    this.#rules = [new FrameParserConfig({ ...limits, role: receiver, mask, unmask: 'none' })];
    this.maxMessageBytes = limits.maxMessageBytes;
  }

  /**
   * The rules for frames when extensions claim these reserved bits.
   *
   * @param rsv - a sum of `RSV1`, `RSV2` and `RSV3`
   * @internal
   */
  rules(rsv: number): FrameParserConfig {
    let rules = this.#rules[rsv];
    if (rules === undefined) {
      rules = this.#rules[0].withBits(rsv);
      this.#rules[rsv] = rules;
    }
    return rules;
  }
}

/** Where a kernel throws, the default does its work: it writes all of the target, whatever has been written there. */
function lastingMask(kernel: MaskFunction): MaskFunction {
  return (source, start, end, target, at, key) => {
    try {
      kernel(source, start, end, target, at, key);
    } catch {
      defaultMask(source, start, end, target, at, key);
    }
  };
}

/** For the objects of the kept ones, see `Frame.kept`. */
export const keptConfig: ConnectionConfig = /* @__PURE__ */ new ConnectionConfig({ role: 'server' });

// What a caller may ask for one message.

/** What a caller may ask for one message. */
export interface SendOptions {
  /**
   * Whether an extension that compresses does so with this message: true and false overrule its own judgement (for
   * permessage-deflate, its options `threshold` and `shouldCompress`), which is asked by default. True still sends a message as it is where that is shorter, if the
   * extension may. For what is compressed already,
   * or what must not stand beside a secret in one stream (RFC 7692 section 8).
   */
  readonly compress?: boolean | undefined;
}

const SEND_OPTIONS: readonly (keyof SendOptions)[] = ['compress'];

/**
 * Reads what is asked for one message, once.
 *
 * @returns the option `compress`
 * @throws TypeError for what is none: a typo would change nothing
 */
export function readSendOptions(options: SendOptions): boolean | undefined {
  requireKnown(options, SEND_OPTIONS);
  const { compress } = options;
  if (compress !== undefined) requireType('compress', compress, 'boolean');
  return compress;
}
