/** Values that scripts pass to a WebSocket and get from it, converted as Web IDL does. */

import { copyOf, EMPTY } from '../memory/bytes.js';
import { NORMAL_CLOSURE } from '../wire/close.js';
import { MAX_CONTROL_PAYLOAD_BYTES } from '../wire/opcodes.js';
import { utf8Bytes } from '../wire/utf8.js';
import type { PlatformBlob, PlatformEvent, PlatformEventTarget, PlatformMessageEvent } from './platform.js';

/**
 * `(BufferSource or Blob or USVString)`.
 *
 * @returns a Blob; bytes, not copied; or a string, whose lone surrogates become U+FFFD when it is encoded
 * @throws TypeError for a symbol, an object that has no string, shared or resizable memory
 */
export function toMessage(data: unknown): string | Uint8Array | PlatformBlob {
  if (typeof Blob === 'function' && data instanceof Blob) return data;
  if (ArrayBuffer.isView(data)) return bytesOf(data.buffer, data.byteOffset, data.byteLength);
  if (isArrayBuffer(data)) return bytesOf(data, 0, data.byteLength);
  return toText(data);
}

/** `DOMString`. */
export function toText(value: unknown): string {
  return `${value as string}`; // unlike `String`, throws for a symbol
}

/** `[Clamp] unsigned short`: the nearest one, halves to the even one. */
function clampToUnsignedShort(value: unknown): number {
  const number = +(value as number); // unlike `Number`, throws for a BigInt
  if (Number.isNaN(number)) return 0;
  const clamped = Math.min(Math.max(number, 0), 0xffff);
  const floor = Math.floor(clamped);
  const rest = clamped - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * The arguments of `close` (WHATWG WebSockets Standard, "close(code, reason)").
 *
 * @returns code and reason for a Close: no code, or 1000 with a reason
 * @throws DOMException `InvalidAccessError` for a code that is not 1000 or 3000 to 4999,
 * `SyntaxError` for a reason of more than 123 bytes
 */
export function toCloseArguments(code: unknown, reason: unknown): [code: number | undefined, reason: string] {
  const status = code === undefined ? undefined : clampToUnsignedShort(code);
  const text = reason === undefined ? '' : toText(reason);
  if (status !== undefined && !isCallersCode(status)) {
    throw new DOMException('a close code is 1000 or 3000 to 4999', 'InvalidAccessError');
  }
  if (utf8Bytes(text) > MAX_CONTROL_PAYLOAD_BYTES - 2) {
    throw new DOMException('a close reason is at most 123 bytes long', 'SyntaxError');
  }
  return [status ?? (text === '' ? undefined : NORMAL_CLOSURE), text];
}

/** Whether a script may close with a code. */
export function isCallersCode(code: number): boolean {
  return code === NORMAL_CLOSURE || (code >= 3000 && code <= 4999);
}

const byteLengthOf = /* @__PURE__ */ Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')!
  .get!;

/** Whether a value is an ArrayBuffer, of whichever realm; shared memory is none. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== 'object' || value === null) return false;
  try {
    byteLengthOf.call(value);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array {
  if (!isArrayBuffer(buffer)) throw new TypeError('shared memory cannot be sent');
  if ((buffer as { readonly resizable?: boolean }).resizable === true) {
    throw new TypeError('resizable memory cannot be sent');
  }
  // Of memory that was transferred away there can be no view; it has no bytes.
  return length === 0 ? EMPTY : new Uint8Array(buffer, offset, length);
}

/** An ArrayBuffer of just these bytes, nobody else's: that behind them, if they fill it. */
export function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  const isOwn = bytes.length === buffer.byteLength && isArrayBuffer(buffer);
  return isOwn ? buffer : (copyOf(bytes, 0, bytes.length).buffer as ArrayBuffer);
}

// Event handlers (`onopen` and their like) and the firing of events, as HTML and DOM have them.

/**
 * The event handlers of one target (HTML 8.1.8.1). Each is a listener like others: its place in the order is that of the
 * moment it was first set, another function takes its place over, and null gives it up.
 */
export class EventHandlers {
  readonly #target: EventTarget;
  readonly #handlers = new Map<string, Handler>();
  /** Types of event of which a listener was added, and whether it was more than one. */
  readonly #several = new Map<string, boolean>();

  constructor(target: InstanceType<PlatformEventTarget>) {
    this.#target = target;
  }

  /** The handler of a type of event; null without one. */
  get(type: string): object | null {
    return this.#handlers.get(type)?.value ?? null;
  }

  /** Sets it. What is no object is null; an object that is no function stays, and does nothing ([LegacyTreatNonObjectAsNull]). */
  set(type: string, value: unknown): void {
    const handler = this.#handlers.get(type);
    if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) {
      if (handler === undefined) return;
      this.#handlers.delete(type);
      EventTarget.prototype.removeEventListener.call(this.#target, type, handler.listener);
    } else if (handler !== undefined) {
      handler.value = value;
    } else {
      const added = new Handler(this.#target, value);
      this.#handlers.set(type, added);
      EventTarget.prototype.addEventListener.call(this.#target, type, added.listener);
      this.noteListener(type);
    }
  }

  /** To be told of each listener that is added in another way. */
  noteListener(type: string): void {
    this.#several.set(type, this.#several.has(type));
  }

  /**
   * Fires an event at the target (DOM 2.10). What a listener throws is the platform's to report, and keeps nothing from the
   * others.
   *
   * @param event - fresh: not fired before
   */
  fire(event: PlatformEvent): void {
    const target = this.#target;
    showsTarget ??= probeTarget();
    // Properties of its own cost an event 0.9 us: only where a second listener could miss them.
    const isHelped = !showsTarget && this.#several.get(event.type) === true;
    if (isHelped) {
      Object.defineProperty(event, 'currentTarget', { value: target, configurable: true });
      Object.defineProperty(event, 'eventPhase', { value: Event.AT_TARGET, configurable: true });
    }
    EventTarget.prototype.dispatchEvent.call(target, event);
    if (isHelped) {
      Reflect.deleteProperty(event, 'currentTarget');
      Reflect.deleteProperty(event, 'eventPhase');
    }
  }
}

class Handler {
  value: object;
  readonly listener: (event: Event) => void;

  constructor(target: EventTarget, value: object) {
    this.value = value;
    this.listener = (event) => {
      if (typeof this.value !== 'function') return;
      // "If return value is false, then set event's canceled flag." What it throws is the listener's to have thrown.
      const result: unknown = Reflect.apply(this.value, target, [event]);
      if (result === false) event.preventDefault();
    };
  }
}

/** Whether the platform shows an event's current target to all listeners. Node 20 and 22 do to the first one only. */
let showsTarget: boolean | undefined;

function probeTarget(): boolean {
  const probe = new EventTarget();
  let isShown = false;
  probe.addEventListener('probe', () => {});
  probe.addEventListener('probe', ({ currentTarget }) => {
    isShown = currentTarget === probe;
  });
  probe.dispatchEvent(new Event('probe'));
  return isShown;
}

// The events of a `TransportWebSocket` (WHATWG WebSockets Standard, HTML Standard).

/** The `close` event of a {@link TransportWebSocket}: the platform's `CloseEvent` where there is one. */
export type TransportCloseEvent = PlatformEvent & {
  /** Whether the closing handshake was completed (RFC 6455 7.1.4). */
  readonly wasClean: boolean;
  /** The code of the peer's Close, 1005 if it had none; 1006 if there was no Close (RFC 6455 7.1.5). */
  readonly code: number;
  /** The reason in the peer's Close (RFC 6455 7.1.6). */
  readonly reason: string;
};

/** The events of a {@link TransportWebSocket} by type. */
export interface TransportWebSocketEventMap {
  /** It can be used. */
  readonly open: PlatformEvent;
  /** A message: a string, or bytes as `binaryType` says. */
  readonly message: PlatformMessageEvent<string | ArrayBuffer | PlatformBlob>;
  /** The connection failed; `close` follows. */
  readonly error: PlatformEvent;
  /** The connection has ended: the last event. */
  readonly close: TransportCloseEvent;
}

/** An event handler of a {@link TransportWebSocket}. */
export type TransportWebSocketHandler<K extends keyof TransportWebSocketEventMap> =
  | ((event: TransportWebSocketEventMap[K]) => unknown)
  | null;

/** The platform's. Importing throws nothing where there is none, and nothing is made of it there. */
const BaseEvent: typeof Event = globalThis.Event ?? Object;

/** A `CloseEvent` for platforms that have none (Node 20 and 22). */
class LocalCloseEvent extends BaseEvent implements TransportCloseEvent {
  static {
    Object.defineProperty(LocalCloseEvent.prototype, Symbol.toStringTag, {
      value: 'CloseEvent',
      configurable: true,
    });
  }

  readonly #wasClean: boolean;
  readonly #code: number;
  readonly #reason: string;

  constructor(wasClean: boolean, code: number, reason: string) {
    super('close');
    this.#wasClean = wasClean;
    this.#code = code;
    this.#reason = reason;
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }
  get code(): number {
    return this.#code;
  }
  get reason(): string {
    return this.#reason;
  }
}

/**
 * Makes a `close` event: the platform's, so that `instanceof CloseEvent` holds, or one of the same shape.
 */
export function createCloseEvent(wasClean: boolean, code: number, reason: string): TransportCloseEvent {
  return typeof CloseEvent === 'function'
    ? new CloseEvent('close', { wasClean, code, reason })
    : new LocalCloseEvent(wasClean, code, reason);
}
