/**
 * Types of the web platform as the program has them that uses this package: those of TypeScript's libraries for the DOM or for
 * workers, of Node's types or of Deno's. A program that has none (`lib: ["ES2022"]`) gets what is used of them here. So declarations
 * of this package compile everywhere, and nobody who has `ReadableStream` gets anything else.
 *
 * A generic class is found by its constructor, to which a type argument can be given where it stands in a variable (TypeScript's
 * instantiation expressions): these variables exist as types only.
 */

/** What is used of a `ReadableStream`. */
interface MinimalReadableStream<R> {
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): {
    read(): Promise<
      { readonly done: false; readonly value: R } | { readonly done: true; readonly value?: R | undefined }
    >;
    releaseLock(): void;
    cancel(reason?: unknown): Promise<void>;
    readonly closed: Promise<unknown>;
  };
  pipeThrough<T>(transform: {
    readonly readable: MinimalReadableStream<T>;
    readonly writable: MinimalWritableStream<R>;
  }): MinimalReadableStream<T>;
  pipeTo(destination: MinimalWritableStream<R>): Promise<void>;
}

/** What is used of a `WritableStream`. */
interface MinimalWritableStream<W> {
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  getWriter(): {
    write(chunk: W): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
    releaseLock(): void;
    readonly closed: Promise<unknown>;
    readonly ready: Promise<unknown>;
  };
}

/** What is used of an `Event`. */
interface MinimalEvent {
  readonly type: string;
  readonly timeStamp: number;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
  stopImmediatePropagation(): void;
}

/** What is used of a `MessageEvent`. */
interface MinimalMessageEvent<T> extends MinimalEvent {
  readonly data: T;
  readonly origin: string;
}

/** What is used of an `EventTarget`. */
interface MinimalEventTarget {
  addEventListener(type: string, listener: unknown, options?: unknown): void;
  removeEventListener(type: string, listener: unknown, options?: unknown): void;
  dispatchEvent(event: MinimalEvent): boolean;
}

/** What is used of a `Blob`. */
interface MinimalBlob {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
}

declare const ReadableStreams: typeof globalThis extends { ReadableStream: infer Class }
  ? Class
  : new <R>() => MinimalReadableStream<R>;

declare const WritableStreams: typeof globalThis extends { WritableStream: infer Class }
  ? Class
  : new <W>() => MinimalWritableStream<W>;

declare const MessageEvents: typeof globalThis extends { MessageEvent: infer Class }
  ? Class
  : new <T>() => MinimalMessageEvent<T>;

/** The platform's `ReadableStream`. */
export type PlatformReadableStream<R> = InstanceType<typeof ReadableStreams<R>>;

/** The platform's `WritableStream`. */
export type PlatformWritableStream<W> = InstanceType<typeof WritableStreams<W>>;

/** The platform's `MessageEvent`. */
export type PlatformMessageEvent<T> = InstanceType<typeof MessageEvents<T>>;

/** The platform's `Event`. */
export type PlatformEvent = typeof globalThis extends { Event: { prototype: infer T } } ? T : MinimalEvent;

/** The platform's `Blob`. */
export type PlatformBlob = typeof globalThis extends { Blob: { prototype: infer T } } ? T : MinimalBlob;

/** The platform's `URL`. */
export type PlatformURL = typeof globalThis extends { URL: { prototype: infer T } }
  ? T
  : { readonly href: string };

/** The platform's `AbortSignal`. */
export type PlatformAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer T } }
  ? T
  : { readonly aborted: boolean };

/** The platform's class `EventTarget`. */
export type PlatformEventTarget = typeof globalThis extends { EventTarget: infer Class }
  ? Class
  : new () => MinimalEventTarget;
