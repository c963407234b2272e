import { readFileSync } from 'node:fs';
import {
  type ConnectionVectorFile,
  type Endpoint,
  type EndpointOptions,
  formatMismatches,
  type ObservedEvent,
  type Role,
  rolesOf,
  runConnectionVector,
} from '@sanssocket/test-vectors';
import { describe, expect, it, vi } from 'vitest';
import {
  type ConnectionEvent,
  ConnectionEvents,
  type MessageEvents,
  type MessageExtension,
  RSV1,
  TEXT,
} from '../../src/index.js';
import { LentSlice } from '../../src/memory/bytes.js';
import { drain, recorder } from '../endpoint.js';

const FORMS: readonly MessageEvents[] = ['whole', 'bytes', 'streamed'];

/** Tells a sink what the event tells: the vectors' recorder then writes it down. */
function replay(event: ConnectionEvent, sink: ReturnType<typeof recorder>): void {
  const { type } = event;
  if (type === 'text') sink.text!(event.text);
  else if (type === 'binary') sink.binary!(event.bytes);
  else if (type === 'message')
    sink.message!(event.opcode, new LentSlice(event.bytes).of(0, event.bytes.length));
  else if (type === 'messageStart') sink.messageStart!(event.opcode);
  else if (type === 'messageData') sink.messageData!(new LentSlice(event.bytes).of(0, event.bytes.length));
  else if (type === 'messageEnd') sink.messageEnd!();
  else if (type === 'closeReceived') sink.closeReceived!(event.code, event.reason);
  else if (type === 'close') sink.close!(event.closeInfo);
  else sink[type]!(event.payload);
}

function createEndpoint(role: Role, options: EndpointOptions, messages: MessageEvents): Endpoint {
  const { rsv = 0, ...limits } = options;
  const claims: MessageExtension = { rsv, encode: () => undefined, decode: (message) => message };
  const config = { role, generateMaskingKey: () => 0, ...limits };
  const end = new ConnectionEvents(config, rsv === 0 ? [] : [claims], undefined, messages);
  // Looked at only at the end, when every chunk has been overwritten.
  const seen: ConnectionEvent[] = [];
  const output: number[] = [];
  const note = (events: ConnectionEvent[]): void => {
    seen.push(...events);
    output.push(...drain(end.connection));
  };
  return {
    receive: (chunk) => note(end.receive(chunk)),
    eof: () => note(end.receiveEof()),
    events() {
      const observed: ObservedEvent[] = [];
      const sink = recorder(observed);
      for (const event of seen) replay(event, sink);
      return observed;
    },
    output: () => Uint8Array.from(output),
  };
}

/** One vector of each kind of event, end and fault: the wrapper has no rules, so the others say nothing more of it. */
const SAMPLE = [
  'close/code/1007-reason',
  'close/code/1006',
  'close/body/one-byte-header-only',
  'close/then/half-a-header',
  'control/ping/5',
  'control/pong/124',
  'control/several/ping-before-fault',
  'eof/message/half-a-character',
  'eof/boundary/after-empty',
  'fragmentation/text/two',
  'fragmentation/binary/empty-last',
  'fragmentation/expected/after-ping',
  'masking/direction/text-empty',
  'masking/length/47',
];

describe('vectors', () => {
  const vectors = ['close', 'control', 'eof', 'fragmentation', 'masking'].flatMap((name) => {
    const file = new URL(`../../../../test-vectors/vectors/${name}.json`, import.meta.url);
    return (JSON.parse(readFileSync(file, 'utf8')) as ConnectionVectorFile).vectors;
  });
  it.each(vectors.filter(({ id }) => SAMPLE.includes(id)))('$id', async (vector) => {
    for (const messages of FORMS) {
      for (const role of rolesOf(vector)) {
        const endpoint = (r: Role, options: EndpointOptions): Endpoint =>
          createEndpoint(r, options, messages);
        const mismatches = await runConnectionVector(vector, role, endpoint, { overwriteChunks: true });
        expect(formatMismatches(mismatches), messages).toBe('');
      }
    }
  });
});

const ping = [0x89, 1, 0x21];
const hi = [0x81, 2, 0x68, 0x69];

describe('events', () => {
  it('come from the call that brought them about, once', () => {
    const client = new ConnectionEvents({ role: 'client' });
    expect(client.receive(Uint8Array.of(...hi, ...ping))).toEqual([
      { type: 'text', text: 'hi' },
      { type: 'ping', payload: Uint8Array.of(0x21) },
    ]);
    expect(client.receive(Uint8Array.of(0x8a))).toEqual([]);
    expect(client.receive(Uint8Array.of(0))).toEqual([{ type: 'pong', payload: new Uint8Array(0) }]);
    expect(client.receiveEof()).toMatchObject([
      { type: 'close', closeInfo: { wasClean: false, code: 1006 } },
    ]);
    expect(client.receiveEof()).toEqual([]);
    expect(client.take()).toEqual([]);
  });

  it('carry bytes of their own, also of a Buffer and with leave to change the input', () => {
    for (const messages of FORMS) {
      const client = new ConnectionEvents({ role: 'client' }, [], undefined, messages);
      const input = Buffer.from([0x82, 2, 1, 2, ...ping, 0x8a, 1, 3]);
      const events = client.receive(input);
      input.fill(0xff);
      const bytes = events.flatMap((event) =>
        'bytes' in event ? [event.bytes] : 'payload' in event ? [event.payload] : [],
      );
      expect(bytes).toEqual([Uint8Array.of(1, 2), Uint8Array.of(0x21), Uint8Array.of(3)]);
      for (const own of bytes) {
        expect(own.constructor).toBe(Uint8Array);
        expect(own.buffer.byteLength).toBe(own.length);
      }
    }
  });

  it('of spans name the opcode, those of pieces the beginning and the end', () => {
    const spans = new ConnectionEvents({ role: 'client' }, [], undefined, 'bytes');
    expect(spans.receive(Uint8Array.from(hi))).toEqual([
      { type: 'message', opcode: TEXT, bytes: Uint8Array.of(0x68, 0x69) },
    ]);
    const pieces = new ConnectionEvents({ role: 'client' }, [], undefined, 'streamed');
    expect(pieces.receive(Uint8Array.from(hi.slice(0, 3)))).toEqual([
      { type: 'messageStart', opcode: TEXT },
      { type: 'messageData', bytes: Uint8Array.of(0x68) },
    ]);
    expect(pieces.receive(Uint8Array.from(hi.slice(3)))).toEqual([
      { type: 'messageData', bytes: Uint8Array.of(0x69) },
      { type: 'messageEnd' },
    ]);
  });

  it('of resume() and fail() are there to be taken', () => {
    const client = new ConnectionEvents({ role: 'client' });
    client.connection.pause();
    expect(client.receive(Uint8Array.from(hi))).toEqual([]);
    client.connection.resume();
    expect(client.take()).toEqual([{ type: 'text', text: 'hi' }]);
    client.connection.fail(1008, 'no');
    expect(client.take()).toMatchObject([
      { type: 'close', closeInfo: { wasClean: false, code: 1008, reason: 'no' } },
    ]);
  });

  it('of an asynchronous extension are announced, and the output that goes with them', async () => {
    const slow: MessageExtension = {
      rsv: RSV1,
      encode: async (piece) => piece,
      decode: async (message) => message,
    };
    const ready = vi.fn();
    const client = new ConnectionEvents({ role: 'client', generateMaskingKey: () => 0 }, [slow], ready);
    expect(client.receive(Uint8Array.of(0xc1, 1, 0x61, ...ping))).toEqual([]);
    expect(ready).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(ready).toHaveBeenCalledTimes(1));
    expect(client.take().map(({ type }) => type)).toEqual(['text', 'ping']);
    expect([...drain(client.connection)]).toEqual([0x8a, 0x81, 0, 0, 0, 0, 0x21]);
    // Whoever knows when it finishes need not be told.
    const untold = new ConnectionEvents({ role: 'client' }, [slow]);
    untold.receive(Uint8Array.of(0xc1, 1, 0x61));
    await vi.waitFor(() => expect(untold.take()).toEqual([{ type: 'text', text: 'a' }]));
  });

  it('throw for what is not bytes and for options that make no sense', () => {
    const client = new ConnectionEvents({ role: 'client' });
    expect(() => client.receive('text' as unknown as Uint8Array)).toThrow(TypeError);
    expect(() => new ConnectionEvents({ role: 'proxy' as 'client' })).toThrow(TypeError);
  });
});
