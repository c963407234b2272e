/**
 * The options of connections, completed and checked: one `ConnectionConfig` serves a million
 * connections. Then the options of one message.
 */

import {
  mask as defaultMask,
  type MaskFunction,
  type MaskingKeyGenerator,
  randomMaskingKey,
} from '@sanssocket/mask';
import { allocateCleared, checkedAllocate, lastingAllocate } from '../memory/bytes.js';
import { ALL_VIEWS, type ChunkViews, NO_VIEWS } from '../memory/message-slab.js';
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

/**
 * A payload of this size that was given away is queued by reference; a shorter one costs less as a
 * copy than as a chunk of its own.
 */
export const BY_REFERENCE_BYTES = 4096;

/** The names of all options of a connection. */
export const CONNECTION_OPTIONS: readonly (keyof ConnectionOptions)[] = [
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
  'reportError',
  'maxFrameBytes',
  'maxMessageBytes',
  'maxFragments',
];

/** Options of a {@link Connection}. */
export interface ConnectionOptions extends Partial<Limits> {
  /**
   * The side that this connection is. A server receives masked frames and sends unmasked ones, a
   * client the reverse (RFC 6455 5.1).
   */
  readonly role: 'server' | 'client';
  /**
   * Whether the chunks given to `receive` are given away for good. A binary message of more than 64
   * bytes that stands whole in a chunk may then be a view of the chunk, unmasked in place, and
   * keeps the chunk alive; the chunk of a longer message may be held until the message is whole. It
   * suits transports that never use a chunk again (Node's sockets) with handlers that do not keep
   * messages for long. False by default.
   */
  readonly transferInput?: boolean;
  /**
   * Whether each Ping is answered with a Pong by the connection (RFC 6455 5.5.2). True by default.
   */
  readonly autoPong?: boolean;
  /**
   * Whether the peer's Close is answered by the connection, with the same code. True by default.
   * With false the application answers: it calls `close`, at any time from `closeReceived` on.
   * Messages may be sent until then, and the peer waits: RFC 6455 5.5.1 allows it, so that a
   * message can be ended, or the other leg of a relay can answer first. A driver ends the wait
   * after `closeTimeoutMs`; without a driver, the application sets the time limit.
   */
  readonly autoClose?: boolean;
  /**
   * Whether a server takes unmasked frames beside masked ones: for devices that cannot mask, on a
   * network without other readers. False by default, as RFC 6455 5.1 demands. Masking keeps the
   * script of a page from choosing the bytes on the wire, which a proxy might take for HTTP (10.3).
   */
  readonly allowUnmasked?: boolean;
  /**
   * The number of automatic pongs that may wait in the output. Beyond it only the newest ping is
   * answered, once the output has been taken (RFC 6455 5.5.3 allows it). 64 by default.
   */
  readonly maxQueuedPongs?: number;
  /**
   * The size of the input buffer in bytes: the input that may wait while the connection is paused
   * (`Connection.pause`, or an asynchronous extension at work). 16 MiB by default. Beyond it
   * `receive` fails the connection (`INPUT_BUFFER_TOO_LARGE`, 1008), because a lost connection is
   * better than an exception that a peer can cause. A caller that stops reading from its transport
   * while `Connection.paused` never comes near it. One chunk alone always has room. Input that
   * waits behind a handler's exception counts too, as soon as reading goes on.
   */
  readonly maxInputBufferBytes?: number;
  /**
   * The source of a client's masking keys, called once a frame: gives a fresh integer of 32 bits
   * that nobody else can predict (RFC 6455 5.3, 10.3). By default the runtime's CSPRNG. Its
   * exception passes through the call that sends, and nothing was sent.
   */
  readonly generateMaskingKey?: MaskingKeyGenerator;
  /**
   * The kernel that masks and unmasks; by default `mask` of `@sanssocket/mask`. Its exception
   * passes through the call that sends, and nothing was sent. Where an exception would lose a
   * message, the default kernel does the work instead.
   */
  readonly mask?: MaskFunction;
  /**
   * The source of memory for output and for whole messages. It gives exactly as many bytes as
   * asked, not shared; they need not be zero, because each is written before anyone sees it. By
   * default `new Uint8Array(bytes)`, which clears them. On Node,
   * `(bytes) => Buffer.allocUnsafe(bytes)` saves half the time of whole messages from 4 KiB on, and
   * of sending as a client.
   *
   * Its exception passes through the call that sends, and nothing was sent. Where an exception
   * would lose a message that has been received, or that an extension has encoded, the default
   * serves instead.
   */
  readonly allocate?: (bytes: number) => Uint8Array;
  /**
   * Gets the exceptions of handlers that have no handler `error`, or throw there. By default the
   * runtime's `reportError`, or else an uncaught exception, which ends a process of Node: a server
   * with handlers that a peer's message may make throw wants another one.
   */
  readonly reportError?: (error: unknown) => void;
}

/**
 * Options, completed and checked once. Connections of a kind share one; a connection given plain
 * options makes its own.
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
   * As the option `transferInput` says.
   *
   * @internal
   */
  readonly views: ChunkViews;
  /**
   * Whether a chunk may be unmasked where it stands: not by a caller's kernel, as none can do it
   * again if that throws half-way.
   *
   * @internal
   */
  readonly unmasksInPlace: boolean;
  /**
   * Whether frames are read by a scan, see `FrameScan`: needs masked chunks and the kernel of
   * `@sanssocket/mask`.
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
   * The same kernel for messages that an exception would lose: the default stands in for a kernel
   * that throws. Masks from one memory to another.
   *
   * @internal
   */
  readonly maskLasting: MaskFunction;
  readonly allocate: (bytes: number) => OwnBytes;
  /**
   * The same for bytes that would be lost if the caller's allocator threw: the runtime's memory
   * stands in.
   *
   * @internal
   */
  readonly allocateLasting: (bytes: number) => OwnBytes;
  readonly reportError: (error: unknown) => void;
  readonly maxInputBufferBytes: number;
  readonly maxMessageBytes: number;
  /**
   * The memory in which the output of all connections without extensions is put together.
   *
   * @internal
   */
  readonly output: OutputMemory;
  /**
   * The same for connections with extensions.
   *
   * @internal
   */
  readonly lastingOutput: OutputMemory;
  /** The rules for frames by the reserved bits in use: at most eight. */
  readonly #rules: [FrameParserConfig, ...(FrameParserConfig | undefined)[]];

  /**
   * @throws TypeError for an unknown option (`OPTION_UNKNOWN`), or for an option of another type or
   * an unknown role (`OPTION_INVALID`); RangeError for a limit that is not a positive integer
   * (`OPTION_INVALID`)
   */
  constructor(options: ConnectionOptions) {
    requireKnown(options, CONNECTION_OPTIONS);
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
      reportError = reportUncaught,
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
    requireType('reportError', reportError, 'function');
    this.role = role;
    this.transferInput = transferInput;
    this.views = transferInput ? ALL_VIEWS : NO_VIEWS;
    this.autoPong = autoPong;
    this.autoClose = autoClose;
    this.allowUnmasked = allowUnmasked;
    this.maxQueuedPongs = positiveInteger('maxQueuedPongs', maxQueuedPongs);
    this.generateMaskingKey = generateMaskingKey;
    this.mask = mask;
    this.maskLasting = mask === defaultMask ? defaultMask : lastingMask(mask);
    this.unmasksInPlace = mask === defaultMask;
    this.scans = role === 'server' && mask === defaultMask;
    this.allocate = allocate === undefined ? allocateCleared : checkedAllocate(allocate);
    this.allocateLasting = allocate === undefined ? allocateCleared : lastingAllocate(this.allocate);
    this.output = new OutputMemory(this.allocate);
    this.lastingOutput = new OutputMemory(this.allocateLasting);
    this.reportError = reportError;
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

/** An exception that nobody takes. */
function reportUncaught(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/**
 * The default does the work of a kernel that throws: it writes all of the target, over any byte
 * that the kernel has written.
 */
function lastingMask(kernel: MaskFunction): MaskFunction {
  return (source, start, end, target, at, key) => {
    try {
      kernel(source, start, end, target, at, key);
    } catch {
      defaultMask(source, start, end, target, at, key);
    }
  };
}

/** The configuration of the objects that are kept for V8, see `Frame.kept`. */
export const keptConfig: ConnectionConfig = /* @__PURE__ */ new ConnectionConfig({ role: 'server' });

// ---- Options of one message ----

/** Options of one message, for every method that sends. */
export interface SendOptions {
  /**
   * Whether an extension compresses this message. True and false overrule its own judgement, which
   * decides by default (for permessage-deflate: the options `threshold` and `shouldCompress`). With
   * true, an extension may still send a message as it is where that is shorter. False is for data
   * that is compressed already, and for data that must not stand beside a secret in one stream
   * (RFC 7692 section 8).
   */
  readonly compress?: boolean | undefined;
}

const SEND_OPTIONS: readonly (keyof SendOptions)[] = ['compress'];

/**
 * Reads the options of one message, once.
 *
 * @returns the option `compress`
 * @throws TypeError for another option (`OPTION_UNKNOWN`), as a typo would change nothing, or
 * another value (`OPTION_INVALID`)
 */
export function readSendOptions(options: SendOptions): boolean | undefined {
  requireKnown(options, SEND_OPTIONS);
  const { compress } = options;
  if (compress !== undefined) requireType('compress', compress, 'boolean');
  return compress;
}
