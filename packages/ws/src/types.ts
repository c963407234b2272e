/**
 * The types of ws 8's interface, by the names that `@types/ws` has for them. First data and the
 * options of one message, then the options of clients and servers, then the arguments of events.
 */

import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http';
import type { RequestOptions, Server as SecureServer } from 'node:https';
import type { AddressInfo as NetAddressInfo, NetConnectOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { ZlibOptions } from 'node:zlib';
import type { WebSocket } from './websocket.js';

/** A message as the event `'message'` has it; its form is chosen by `binaryType`. */
export type RawData = Buffer | ArrayBuffer | Buffer[];

/** A message as a `MessageEvent` has it. */
export type Data = string | RawData;

/** The forms of binary messages. */
export type BinaryType = 'nodebuffer' | 'arraybuffer' | 'blob' | 'fragments';

/** Data that `send`, `ping` and `pong` take; arrays and values of objects go through `Buffer.from`. */
export type BufferLike =
  | string
  | number
  | ArrayBufferView
  | ArrayBuffer
  | SharedArrayBuffer
  | Blob
  | readonly unknown[]
  | { valueOf(): ArrayBuffer | SharedArrayBuffer | Uint8Array | readonly number[] | string }
  | { [Symbol.toPrimitive](hint: string): string };

/** Called when a message is written, or when it will not be. */
export type SendCallback = (error?: Error) => void;

/** The options of one message. */
export interface MessageOptions {
  /** Whether it is a binary message; by default everything is, but for strings and numbers. */
  readonly binary?: boolean | undefined;
  /** False for a message that is not to be compressed. */
  readonly compress?: boolean | undefined;
  /** Whether the message ends here; true by default. */
  readonly fin?: boolean | undefined;
  /** Without effect: a client masks its frames, a server does not (RFC 6455 5.1). */
  readonly mask?: boolean | undefined;
}

/** Options of permessage-deflate (RFC 7692). */
export interface PerMessageDeflateOptions {
  /** Whether the server forgets its window; false: offers that ask for that are rejected. */
  readonly serverNoContextTakeover?: boolean | undefined;
  /** Whether the client does; false: a response that asks for that fails the client's handshake. */
  readonly clientNoContextTakeover?: boolean | undefined;
  /** The server's window, 8 to 15 bits; false: offers that ask for a smaller one are rejected. */
  readonly serverMaxWindowBits?: number | boolean | undefined;
  /** The client's window; false: a client does not offer to have it limited. */
  readonly clientMaxWindowBits?: number | boolean | undefined;
  /** Of these, `level` and `memLevel` count. */
  readonly zlibDeflateOptions?: ZlibOptions | undefined;
  /** Without effect. */
  readonly zlibInflateOptions?: ZlibOptions | undefined;
  /** From how many bytes on a message is compressed; 1024 where a side forgets its window, else 32. */
  readonly threshold?: number | undefined;
  /** Without effect: messages are compressed in the calling thread. */
  readonly concurrencyLimit?: number | undefined;
}

/** The options that clients and servers share. */
export interface ConnectionSettings {
  /** False: one event a turn of the event loop; true by default. */
  readonly allowSynchronousEvents?: boolean | undefined;
  /** Whether Pings are answered by themselves; true by default. */
  readonly autoPong?: boolean | undefined;
  /** How long the closing handshake may take, in milliseconds; 30,000 by default. */
  readonly closeTimeout?: number | undefined;
  /** Without effect: the memory of an unfinished message is at most twice what has come of it. */
  readonly maxBufferedChunks?: number | undefined;
  /** The fragments that a message may have; 16,384 by default, 0 for any number. */
  readonly maxFragments?: number | undefined;
  /** The longest message in bytes, inflated; 100 MiB by default, 0 for any length. */
  readonly maxPayload?: number | undefined;
  /** How many Pongs may wait to be written by a peer's Pings before it is cut off; 60, 0: any number. */
  readonly maxPendingAutoPongs?: number | undefined;
  /** Without effect: text is always validated, as RFC 6455 8.1 demands. */
  readonly skipUTF8Validation?: boolean | undefined;
}

/** Called in place of `request.end()`, which it has to call. */
export type FinishRequestCallback = (request: ClientRequest, websocket: WebSocket) => void;

/** Opens the transport of a client. */
export type CreateConnection = (options: NetConnectOpts & TlsOptions) => Duplex;

/** Options of a client. Others are those of `http.request`, `net.connect` and `tls.connect`. */
export interface ClientOptions
  extends ConnectionSettings,
    Omit<RequestOptions, 'createConnection' | 'headers' | 'agent'>,
    Omit<TlsOptions, keyof RequestOptions> {
  readonly agent?: Agent | boolean | undefined;
  readonly createConnection?: CreateConnection | undefined;
  readonly finishRequest?: FinishRequestCallback | undefined;
  readonly followRedirects?: boolean | undefined;
  /** Fills four bytes with a masking key; the default is a source that nobody can predict. */
  readonly generateMask?: ((mask: Buffer) => void) | undefined;
  /** How long a request may take to be answered, in milliseconds. */
  readonly handshakeTimeout?: number | undefined;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly maxRedirects?: number | undefined;
  readonly origin?: string | undefined;
  /** True by default. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  /** 13, the version of RFC 6455, is the only one. */
  readonly protocolVersion?: number | undefined;
  readonly protocols?: string | readonly string[] | undefined;
}

/** A request that is to be judged, as a server knows it. */
export interface ClientInfo<Request = IncomingMessage> {
  readonly origin: string;
  readonly secure: boolean;
  readonly req: Request;
}

/** Judges a request at once. */
export type VerifyClientCallbackSync<Request = IncomingMessage> = (info: ClientInfo<Request>) => boolean;

/** Judges a request, and calls back with its answer: this form is known by its two parameters. */
export type VerifyClientCallbackAsync<Request = IncomingMessage> = (
  info: ClientInfo<Request>,
  callback: (result: boolean, code?: number, message?: string, headers?: OutgoingHttpHeaders) => void,
) => void;

/** Options of a server: one of `port`, `server` and `noServer` has to be there. */
export interface ServerOptions<
  Socket extends typeof WebSocket = typeof WebSocket,
  Request extends typeof IncomingMessage = typeof IncomingMessage,
> extends ConnectionSettings {
  readonly backlog?: number | null | undefined;
  /** Whether `clients` has the open connections; true by default. */
  readonly clientTracking?: boolean | undefined;
  /** Chooses one of the subprotocols that are offered; by default the first is chosen. */
  readonly handleProtocols?:
    | ((protocols: Set<string>, request: InstanceType<Request>) => string | false | undefined)
    | null
    | undefined;
  readonly host?: string | null | undefined;
  readonly noServer?: boolean | undefined;
  readonly path?: string | null | undefined;
  /** False by default. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  readonly port?: number | null | undefined;
  readonly server?: Server<Request> | SecureServer<Request> | null | undefined;
  readonly verifyClient?:
    | VerifyClientCallbackSync<InstanceType<Request>>
    | VerifyClientCallbackAsync<InstanceType<Request>>
    | null
    | undefined;
  /** The class of connections, one that extends `WebSocket`. */
  readonly WebSocket?: Socket | undefined;
}

/** The arguments of a `WebSocket`'s events. */
export interface WebSocketEvents {
  close: [code: number, reason: Buffer];
  error: [error: Error];
  message: [data: RawData, isBinary: boolean];
  open: [];
  ping: [data: Buffer];
  pong: [data: Buffer];
  redirect: [url: string, request: ClientRequest];
  'unexpected-response': [request: ClientRequest, response: IncomingMessage];
  upgrade: [response: IncomingMessage];
}

/** The arguments of a `WebSocketServer`'s events. */
export interface ServerEvents<Socket = WebSocket, Request = IncomingMessage> {
  close: [];
  connection: [websocket: Socket, request: Request];
  error: [error: Error];
  headers: [headers: string[], request: Request];
  listening: [];
  wsClientError: [error: Error, socket: Duplex, request: Request];
}

/** The address of a server that listens at a port. */
export type AddressInfo = NetAddressInfo;

/** Certificates and keys, as `tls` takes them. */
export type CertMeta = string | string[] | Buffer | Buffer[];

/** A transport that is open: Node's sockets, or any `Duplex`, which lacks the methods of sockets. */
export type Transport = Duplex & Partial<Pick<Socket, 'setTimeout' | 'setNoDelay'>>;
