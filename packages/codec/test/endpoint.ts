/** A connection as the vectors' runner drives it: one adapter for every way in which messages can be delivered. */
import { type MaskFunction, mask } from '@sanssocket/mask';
import type { Endpoint, EndpointOptions, ObservedEvent, Role } from '@sanssocket/test-vectors';
import {
  BINARY,
  Connection,
  ConnectionConfig,
  type ConnectionHandlers,
  type ConnectionOptions,
  type MessageExtension,
  type MessageMode,
  TEXT,
} from '../src/index.js';
import { concat } from './frames.js';

/** With a kernel of the caller's, frames are read one by one, as where there is no WebAssembly; without, by a scan of the chunk. */
export interface Mode extends Pick<ConnectionOptions, 'transferInput' | 'allocate' | 'mask'> {
  readonly messages: MessageMode;
}

/** A kernel of the caller's: no scan is made then. */
export const ownKernel: MaskFunction = (source, start, end, target, at, key) =>
  mask(source, start, end, target, at, key);

/** Messages in every form, read either way. */
export const MODES: readonly Mode[] = (['whole', 'bytes', 'borrowed', 'streamed'] as const).flatMap(
  (messages) => [{ messages }, { messages, mask: ownKernel }],
);

/** Of handlers for every form of messages those for one, and all others. */
export function only(mode: MessageMode, handlers: ConnectionHandlers): ConnectionHandlers {
  const { text, binary, bytes, message, messageStart, messageData, messageEnd, ...others } = handlers;
  const whole = { text, binary };
  const group = {
    whole,
    bytes: { bytes },
    borrowed: { message },
    streamed: { messageStart, messageData, messageEnd },
  }[mode];
  const given = Object.entries(group).filter(([, method]) => method !== undefined);
  return { ...others, ...Object.fromEntries(given) };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A sink that writes down what it is told as the vectors write it. */
export function recorder(events: ObservedEvent[]): ConnectionHandlers {
  let opcode: number = BINARY;
  let pieces: number[] = [];
  const message = (kind: number, bytes: Uint8Array): void => {
    if (kind === TEXT) events.push({ type: 'text', data: strict.decode(bytes) });
    else events.push({ type: 'binary', data: bytes });
  };
  return {
    text: (data) => events.push({ type: 'text', data }),
    binary: (data) => events.push({ type: 'binary', data }),
    bytes: (kind, bytes) => message(kind, bytes),
    message: (kind, span) => message(kind, span.copy()),
    messageStart(kind) {
      opcode = kind;
      pieces = [];
    },
    messageData({ bytes, start, end }) {
      if (start === end) throw new Error('an empty piece');
      // Each piece of a text must be decodable by itself.
      if (opcode === TEXT) strict.decode(bytes.subarray(start, end));
      for (let i = start; i < end; i++) pieces.push(bytes[i]!);
    },
    messageEnd: () => message(opcode, Uint8Array.from(pieces)),
    ping: (data) => events.push({ type: 'ping', data }),
    pong: (data) => events.push({ type: 'pong', data }),
    closeReceived: (code, reason) => events.push({ type: 'close', code, reason }),
    close({ wasClean: clean, code, fault, truncated }) {
      if (fault !== undefined) {
        events.push({ type: 'fail', code: fault.code, closeCode: fault.closeCode, offset: fault.offset });
      } else if (clean) events.push({ type: 'end', clean, code });
      else events.push({ type: 'end', clean, code: code as 1006, truncated }); // no vector calls fail()
    },
  };
}

/** Options of a connection, and the form in which messages come. */
export interface ModeOptions extends ConnectionOptions {
  readonly messages?: MessageMode;
}

/** A connection with those of some handlers that are for one form of messages. */
export function connectionOf(
  { messages = 'whole', ...options }: ModeOptions,
  handlers: ConnectionHandlers,
  extensions: readonly MessageExtension[] = [],
): Connection {
  return new Connection(options, only(messages, handlers), extensions);
}

/** A connection and what it reports; a client masks with the key 0 unless told otherwise. */
export function open(
  options: ModeOptions,
  extensions: readonly MessageExtension[] = [],
  sink: ConnectionHandlers = {},
): { connection: Connection; events: ObservedEvent[] } {
  const events: ObservedEvent[] = [];
  const handlers = { ...recorder(events), ...sink };
  return {
    connection: connectionOf({ generateMaskingKey: () => 0, ...options }, handlers, extensions),
    events,
  };
}

/** Takes all output there is. */
export function drain(connection: Connection): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend())
    chunks.push(chunk);
  return concat(...chunks);
}

const configs = new WeakMap<Mode, Map<string, ConnectionConfig>>();

/** One configuration for all connections of a kind. */
function configOf(role: Role, limits: object, mode: Mode): ConnectionConfig {
  const ofMode = configs.get(mode) ?? new Map<string, ConnectionConfig>();
  configs.set(mode, ofMode);
  const key = role + JSON.stringify(limits);
  const { messages: _, ...options } = mode;
  const config =
    ofMode.get(key) ?? new ConnectionConfig({ role, generateMaskingKey: () => 0, ...limits, ...options });
  ofMode.set(key, config);
  return config;
}

/**
 * A connection for the vectors' runner.
 *
 * @param buffers - whether chunks come in Buffers of Node's pool, as from its sockets
 */
export function createEndpoint(role: Role, options: EndpointOptions, mode: Mode, buffers = false): Endpoint {
  const { rsv = 0, ...limits } = options;
  const events: ObservedEvent[] = [];
  const claims: MessageExtension = { rsv, encode: () => undefined, decode: (message) => message };
  const connection = new Connection(
    configOf(role, limits, mode),
    only(mode.messages, recorder(events)),
    rsv === 0 ? [] : [claims],
  );
  const output: Uint8Array[] = [];
  const collect = (): void => {
    for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend())
      output.push(concat(chunk));
  };
  return {
    receive(chunk) {
      if (buffers) {
        const buffer = Buffer.allocUnsafe(chunk.length);
        buffer.set(chunk);
        connection.receive(buffer);
        // What was given away is not touched again.
        if (mode.transferInput !== true) buffer.fill(0xa5);
      } else connection.receive(chunk);
      collect();
    },
    eof() {
      connection.receiveEof();
      collect();
    },
    events: () => events,
    output: () => concat(...output),
  };
}
