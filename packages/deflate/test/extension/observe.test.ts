// An onlooker gets every message of both directions, from the response alone.
import { Connection, type ConnectionOptions } from '@sanssocket/codec';
import { FIN, FrameParser, isControl, RSV1 } from '@sanssocket/codec/frames';
import {
  type DeflateEngine,
  formatDeflateParameters,
  type ObservedDeflate,
  observeDeflate,
  permessageDeflate,
} from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { negotiateExtensions } from '@sanssocket/handshake/rules';
import { describe, expect, test } from 'vitest';
import { CountingEngine } from '../counting-engine.js';
import { engines } from '../engines.js';
import { negotiate, Recorder } from '../pair.js';

const MESSAGES = ['tick tock '.repeat(30), 'tick tock tick', '', 'tick tock '.repeat(30), 'short'];

/** The parameters of a server's response, for both sides' wishes. */
function responseOf(client: object, server: object): Parameters<typeof observeDeflate>[0] {
  const asking = permessageDeflate({ engine: nodeZlib(), ...client });
  const offers = asking.offers().map((parameters) => ({ name: asking.name, parameters }));
  const [agreed] = negotiateExtensions(offers, [permessageDeflate({ engine: nodeZlib(), ...server })]);
  return agreed!.parameters;
}

function observe(response: Parameters<typeof observeDeflate>[0], engine: DeflateEngine): ObservedDeflate {
  const observed = observeDeflate(response, { engine });
  if (observed === undefined) throw new Error('not valid');
  return observed;
}

const agreements: readonly (readonly [string, object, object])[] = [
  ['takeover', {}, {}],
  ['none of the server', {}, { serverNoContextTakeover: true }],
  ['none of the client', {}, { clientNoContextTakeover: true }],
  ['a hint of the client, which the response leaves out', { clientNoContextTakeover: true }, {}],
  ['no takeover', {}, { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ['small windows', {}, { serverMaxWindowBits: 9, clientMaxWindowBits: 10 }],
];

describe.each(engines)('%s', (_, engine) => {
  test.each(agreements)('%s: both directions, by connections', async (_, client, server) => {
    const common = { engine: nodeZlib(), threshold: 0 };
    const ends = negotiate({ ...common, ...client }, { ...common, ...server })!;
    const observed = observe(responseOf(client, server), engine);
    for (const [role, own, seen] of [
      ['client', ends.client, observed.fromClient],
      ['server', ends.server, observed.fromServer],
    ] as const) {
      const sender = new Recorder({ role }, own);
      const onlooker = new Recorder(oppositeOf(role), seen);
      for (const [i, message] of MESSAGES.entries()) {
        if (i % 2 === 0) sender.connection.sendText(message);
        else {
          const writer = sender.connection.textWriter();
          writer.write(message.slice(0, 5));
          sender.connection.ping();
          writer.write(message.slice(5));
          writer.end();
        }
      }
      for (;;) {
        const bytes = sender.connection.dataToSend();
        if (bytes === undefined) break;
        // At every byte, as a recording may be cut.
        for (const byte of bytes) onlooker.connection.receive(Uint8Array.of(byte));
      }
      await expect.poll(() => onlooker.messages).toEqual(MESSAGES);
      expect(onlooker.outcome).toBeUndefined();
    }
  });
});

function oppositeOf(role: 'client' | 'server'): ConnectionOptions {
  return { role: role === 'client' ? 'server' : 'client', autoPong: false };
}

test('single frames, joined by the onlooker', () => {
  const ends = negotiate({ engine: nodeZlib(), threshold: 0 }, { engine: nodeZlib(), threshold: 0 })!;
  const { fromServer } = observe([], nodeZlib());
  const server = new Connection({ role: 'server' }, {}, [ends.server]);
  server.sendText(MESSAGES[0]!);
  server.sendText(MESSAGES[1]!);
  const texts: string[] = [];
  let parts: number[] = [];
  let first = 0;
  const parser = new FrameParser(
    {
      header: (firstByte) => {
        first = firstByte;
      },
      payload: (bytes, start, end) => parts.push(...bytes.subarray(start, end)),
      end: () => {
        expect(isControl(first)).toBe(false);
        expect(first).toBe(FIN | RSV1 | 1);
        const decoded = fromServer.decode(Uint8Array.from(parts), 1, 1000);
        texts.push(new TextDecoder().decode(decoded as Uint8Array));
        parts = [];
      },
      fail: ({ message }) => expect.unreachable(message),
    },
    { role: 'client', rsv: RSV1 },
  );
  parser.receive(server.dataToSend()!);
  expect(texts).toEqual(MESSAGES.slice(0, 2));
});

test('an onlooker that comes later gets messages whole, or none: never wrong ones', () => {
  const ends = negotiate({ engine: nodeZlib(), threshold: 0 }, { engine: nodeZlib(), threshold: 0 })!;
  const late = observe([], nodeZlib()).fromServer;
  const encode = (text: string): Uint8Array => {
    const payload = new TextEncoder().encode(text);
    const encoded = ends.server.encode(payload, { opcode: 1, first: true, last: true });
    return (encoded as Uint8Array).slice();
  };
  const missed = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);
  encode(missed);
  // It refers to the message that was missed.
  expect(late.decode(encode(missed), 1, 1000)).toBe('EXTENSION_DATA');
  const other = '0123456789'.repeat(12);
  const decoded = late.decode(encode(other), 1, 1000);
  expect(new TextDecoder().decode(decoded as Uint8Array)).toBe(other);
});

test('it compresses nothing, even if asked to', () => {
  const { fromClient } = observe([], nodeZlib());
  const client = new Connection({ role: 'client', generateMaskingKey: () => 0 }, {}, [fromClient]);
  client.sendText('x'.repeat(100), { compress: true });
  expect(client.dataToSend()![0]).toBe(0x81);
});

test('memory is taken with the first message, and given back once', () => {
  for (const response of [[], responseOf({}, agreements[4]![2])]) {
    const engine = new CountingEngine(nodeZlib());
    const { fromClient, fromServer } = observe(response, engine);
    expect(engine.created).toBe(0);
    fromClient.decode(Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00), 1, 5);
    expect(engine.created).toBe(1);
    fromClient.close?.();
    fromServer.close?.();
    expect(engine.open).toBe(0);
  }
});

test('a limit holds', () => {
  const { fromClient } = observe([], nodeZlib());
  expect(fromClient.decode(Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00), 1, 4)).toBe(
    'MESSAGE_TOO_LARGE',
  );
});

test.each([
  [[{ name: 'client_max_window_bits', value: undefined }]],
  [[{ name: 'server_max_window_bits', value: '16' }]],
  [[{ name: 'unknown', value: undefined }]],
])('parameters that no response may have: %j', (parameters) => {
  expect(observeDeflate(parameters, { engine: nodeZlib() })).toBeUndefined();
});

test("a caller's mistakes throw", () => {
  const observeAnything = observeDeflate as (...args: unknown[]) => unknown;
  const code = 'OPTION_INVALID';
  expect(() => observeAnything([], {})).toThrow(expect.objectContaining({ code }));
  expect(() => observeAnything('permessage-deflate', { engine: nodeZlib() })).toThrow(
    expect.objectContaining({ code }),
  );
  expect(() => observeAnything([], { engine: nodeZlib(), level: 1 })).toThrow(
    expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
  );
  const forgetful: DeflateEngine = { ...nodeZlib(), inflateTakeover: false };
  expect(() => observeDeflate([], { engine: forgetful })).toThrow(RangeError);
  const forgets = formatDeflateParameters({
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: undefined,
    clientMaxWindowBits: undefined,
  });
  expect(observeDeflate(forgets, { engine: forgetful })).toBeDefined();
});
