/** A connection as the vectors' runner drives it: one adapter for every way in which messages can be delivered. */
import { type MaskFunction, mask } from '@sanssocket/mask';
import type { Endpoint, EndpointOptions, ObservedEvent, Role } from '@sanssocket/test-vectors';
import {
  type AnySink,
  BINARY,
  Connection,
  ConnectionConfig,
  type ConnectionOptions,
  type Delivery,
  type MessageExtension,
  TEXT,
} from '../src/index.js';
import { concat } from './frames.js';

/** With a kernel of the caller's, frames are read one by one, as where there is no WebAssembly; without, by a scan of the chunk. */
export type Mode = Pick<ConnectionOptions, 'delivery' | 'transferInput' | 'allocate' | 'mask'>;

/** A kernel of the caller's: no scan is made then. */
export const ownKernel: MaskFunction = (source, start, end, target, at, key) =>
  mask(source, start, end, target, at, key);

/** Every delivery, read either way. */
export const MODES: readonly Mode[] = (['messages', 'spans', 'pieces'] as const).flatMap((delivery) => [
  { delivery },
  { delivery, mask: ownKernel },
]);

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A sink that writes down what it is told as the vectors write it. */
export function recorder(events: ObservedEvent[]): AnySink {
  let opcode: number = BINARY;
  let pieces: number[] = [];
  const message = (kind: number, bytes: Uint8Array): void => {
    if (kind === TEXT) events.push({ type: 'text', data: strict.decode(bytes) });
    else events.push({ type: 'binary', data: bytes });
  };
  return {
    text: (data) => events.push({ type: 'text', data }),
    binary: (data) => events.push({ type: 'binary', data }),
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

/** A connection and what it reports; a client masks with the key 0 unless told otherwise. */
export function open(
  options: ConnectionOptions,
  extensions: readonly MessageExtension[] = [],
  sink: AnySink = {},
): { connection: Connection; events: ObservedEvent[] } {
  const events: ObservedEvent[] = [];
  const connection = new Connection(
    { generateMaskingKey: () => 0, ...options },
    { ...recorder(events), ...sink },
    extensions,
  );
  return { connection, events };
}

/** Takes all output there is. */
export function drain(connection: Connection): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend())
    chunks.push(chunk);
  return concat(...chunks);
}

const configs = new WeakMap<Mode, Map<string, ConnectionConfig<Delivery>>>();

/** One configuration for all connections of a kind. */
function configOf(role: Role, limits: object, mode: Mode): ConnectionConfig<Delivery> {
  const ofMode = configs.get(mode) ?? new Map<string, ConnectionConfig<Delivery>>();
  configs.set(mode, ofMode);
  const key = role + JSON.stringify(limits);
  const config =
    ofMode.get(key) ?? new ConnectionConfig({ role, generateMaskingKey: () => 0, ...limits, ...mode });
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
    recorder(events),
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
