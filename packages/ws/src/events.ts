/**
 * The events of the browser's interface, in ws's form: four classes, and listeners that stand among
 * those of the emitter, so that both kinds are called in the order in which they were added.
 */

import type { EventEmitter } from 'node:events';
import type { Data, RawData } from './types.js';
import type { WebSocket } from './websocket.js';

/**
 * An event; `'open'` is of this class itself.
 *
 * @example
 * ```ts no-run
 * import { WebSocket } from '@sanssocket/ws';
 *
 * const socket = new WebSocket('wss://example.com/chat');
 * socket.onopen = ({ type, target }) => console.log(type, target.url);
 * ```
 */
export class Event {
  readonly type: string;
  /** The WebSocket; ws's events have no other fields. */
  readonly target: WebSocket;

  constructor(type: string, target: WebSocket) {
    this.type = type;
    this.target = target;
  }
}

/**
 * The end of a connection.
 *
 * @example
 * ```ts no-run
 * import { WebSocket } from '@sanssocket/ws';
 *
 * const socket = new WebSocket('wss://example.com/chat');
 * socket.onclose = ({ code, reason, wasClean }) => console.log(code, reason, wasClean);
 * ```
 */
export class CloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  /** Whether both sides have sent a Close frame (RFC 6455 7.1.4). */
  readonly wasClean: boolean;

  constructor(target: WebSocket, code: number, reason: string, wasClean: boolean) {
    super('close', target);
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
}

/**
 * An error; `'close'` follows.
 *
 * @example
 * ```ts no-run
 * import { WebSocket } from '@sanssocket/ws';
 *
 * const socket = new WebSocket('wss://example.com/chat');
 * socket.onerror = ({ message }) => console.error(message);
 * ```
 */
export class ErrorEvent extends Event {
  readonly error: unknown;
  readonly message: string;

  constructor(target: WebSocket, error: Error) {
    super('error', target);
    this.error = error;
    this.message = error.message;
  }
}

/**
 * A message: a text as a string, a binary one in the form of `binaryType`.
 *
 * @example
 * ```ts no-run
 * import { WebSocket } from '@sanssocket/ws';
 *
 * const socket = new WebSocket('wss://example.com/chat');
 * socket.onmessage = ({ data }) => console.log(typeof data === 'string' ? data : 'binary');
 * ```
 */
export class MessageEvent extends Event {
  readonly data: Data;

  constructor(target: WebSocket, data: Data) {
    super('message', target);
    this.data = data;
  }
}

/** The events by their names. */
export interface WebSocketEventMap {
  open: Event;
  error: ErrorEvent;
  close: CloseEvent;
  message: MessageEvent;
}

/** A listener of the browser's kind. */
export type EventListener<E> = ((event: E) => void) | { handleEvent(event: E): void };

/** Options of a listener. */
export interface EventListenerOptions {
  /** Whether it is called once at most. */
  readonly once?: boolean | undefined;
}

const LISTENER: unique symbol = Symbol('listener');

const IS_ATTRIBUTE: unique symbol = Symbol('is an attribute');

/** A listener of the emitter that stands for one of the browser's kind. */
type Wrapper = ((...args: unknown[]) => void) & {
  readonly [LISTENER]: unknown;
  /** Whether it was set as `onmessage` and so on. */
  readonly [IS_ATTRIBUTE]: boolean;
};

/** Makes the event from the arguments of the emitter's. */
type Maker = (target: WebSocket, wasClean: () => boolean, args: unknown[]) => Event;

const MAKERS: Readonly<Record<string, Maker>> = {
  open: (target) => new Event('open', target),
  error: (target, _wasClean, [error]) => new ErrorEvent(target, error as Error),
  close: (target, wasClean, [code, reason]) =>
    new CloseEvent(target, code as number, String(reason), wasClean()),
  message: (target, _wasClean, [data, isBinary]) =>
    new MessageEvent(target, isBinary === true ? (data as RawData) : String(data)),
};

/** A WebSocket with listeners, and the question whether its closing handshake was completed. */
export interface Listening {
  readonly target: WebSocket;
  wasClean(): boolean;
}

/** Adds a listener; one that is there already is not added again. Other types are ignored. */
export function addListener(
  { target, wasClean }: Listening,
  type: string,
  listener: unknown,
  options: EventListenerOptions,
  isAttribute: boolean,
): void {
  const emitter: EventEmitter = target;
  const make = Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
  if (make === undefined || (!isAttribute && find(emitter, type, listener) !== undefined)) return;
  const call = (...args: unknown[]): void => {
    const event = make(target, wasClean, args);
    const { handleEvent } = listener as { readonly handleEvent?: (event: Event) => void };
    if (typeof listener === 'object' && handleEvent) handleEvent.call(listener, event);
    else (listener as (event: Event) => void).call(target, event);
  };
  const wrapper: Wrapper = Object.assign(call, { [LISTENER]: listener, [IS_ATTRIBUTE]: isAttribute });
  if (options.once === true) emitter.once(type, wrapper);
  else emitter.on(type, wrapper);
}

/** Removes a listener that `addListener` has added, and that is no attribute. */
export function removeListener(emitter: EventEmitter, type: string, listener: unknown): void {
  const wrapper = find(emitter, type, listener);
  if (wrapper !== undefined) emitter.removeListener(type, wrapper);
}

/** The value of `onopen`, `onerror`, `onclose` or `onmessage`. */
export function attributeOf<E>(emitter: EventEmitter, type: string): ((event: E) => void) | null {
  const wrapper = wrappers(emitter, type).find((candidate) => candidate[IS_ATTRIBUTE]);
  return (wrapper?.[LISTENER] as ((event: E) => void) | undefined) ?? null;
}

/** Sets one of them; any value but a function removes it. */
export function setAttribute(listening: Listening, type: string, value: unknown): void {
  const emitter: EventEmitter = listening.target;
  const before = wrappers(emitter, type).find((candidate) => candidate[IS_ATTRIBUTE]);
  if (before !== undefined) emitter.removeListener(type, before);
  if (typeof value === 'function') addListener(listening, type, value, {}, true);
}

function find(emitter: EventEmitter, type: string, listener: unknown): Wrapper | undefined {
  return wrappers(emitter, type).find((other) => other[LISTENER] === listener && !other[IS_ATTRIBUTE]);
}

/** Those of `once` are found too, as `listeners` gives the functions beneath. */
function wrappers(emitter: EventEmitter, type: string): Wrapper[] {
  return emitter.listeners(type).filter((candidate): candidate is Wrapper => LISTENER in candidate);
}
