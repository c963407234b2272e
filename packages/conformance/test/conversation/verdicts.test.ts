/** Verdicts over endpoints that do one thing wrong, octet by octet: a fault is found where it is, and nothing right is accused. */

import { createHash } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { encodeUncheckedFrame, type UncheckedFrame } from '@sanssocket/codec/frames';
import { afterEach, describe, expect, test } from 'vitest';
import { type CaseResult, findCases, runClientCase, runServerCase } from '../../src/index.js';

/** What an endpoint does with each frame that comes; frames are told apart by a simple reader that trusts the suite. */
type Reaction = (frame: { opcode: number; payload: Buffer }, socket: Socket) => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function onFrames(socket: Socket, react: Reaction, rest: Buffer): void {
  let held = rest;
  const read = (chunk: Buffer): void => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2) {
      const isMasked = held[1]! >= 128;
      const short = held[1]! & 127;
      const at = 2 + (short === 126 ? 2 : 0) + (isMasked ? 4 : 0);
      if (held.length < at) return;
      const length = short === 126 ? held.readUInt16BE(2) : short;
      if (held.length < at + length) return;
      const payload = Buffer.from(held.subarray(at, at + length));
      if (isMasked) for (let nth = 0; nth < length; nth++) payload[nth]! ^= held[at - 4 + (nth & 3)]!;
      const opcode = held[0]! & 15;
      held = held.subarray(at + length);
      react({ opcode, payload }, socket);
    }
  };
  socket.on('data', read);
  read(Buffer.alloc(0));
}

/** A server that accepts, and then reacts. */
async function serve(react: Reaction, extra = ''): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    let head = '';
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onData);
      const key = /sec-websocket-key: (.*)\r/i.exec(head)![1]!;
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extra}\r\n`,
      );
      onFrames(socket, react, Buffer.from(head.slice(end + 4), 'latin1'));
    };
    socket.on('data', onData);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function verdictOf(id: string, react: Reaction, extra = ''): Promise<CaseResult> {
  const [found] = findCases({ role: 'server', patterns: [id] });
  return runServerCase({ url: await serve(react, extra) }, found!, { timeoutMs: 400, closeTimeoutMs: 200 });
}

const frame = (fields: UncheckedFrame): Uint8Array => encodeUncheckedFrame(fields);
const closeOf = (code: number, reason = ''): Uint8Array =>
  frame({ first: 0x88, payload: Buffer.from([code >> 8, code & 255, ...Buffer.from(reason)]) });

/** Right in all but what `wrong` does. */
const rightly =
  (wrong: Partial<Record<'text' | 'ping' | 'close', Reaction>>): Reaction =>
  (received, socket) => {
    const { opcode, payload } = received;
    if (opcode === 1 && wrong.text !== undefined) wrong.text(received, socket);
    else if (opcode === 9 && wrong.ping !== undefined) wrong.ping(received, socket);
    else if (opcode === 8 && wrong.close !== undefined) wrong.close(received, socket);
    else if (opcode === 8) socket.end(closeOf(1000));
    else if (opcode === 9) socket.write(frame({ first: 0x8a, payload }));
    else socket.write(frame({ first: 0x80 | opcode, payload }));
  };

describe('an echo that is right', () => {
  test('is OK', async () => {
    const result = await verdictOf('1.1.2', rightly({}));
    expect(result).toMatchObject({ verdict: 'OK', behavior: 'OK', closeBehavior: 'OK', fault: undefined });
    expect(result.close).toMatchObject({
      by: 'suite',
      wasClean: true,
      remoteCode: 1000,
      transport: 'endpoint-end',
    });
    expect(result.traffic.received.frames).toEqual(
      new Map([
        [1, 1],
        [8, 1],
      ]),
    );
  });

  test('may be in fragments with Pings and Pongs between them', async () => {
    const pieces: Reaction = ({ payload }, socket) => {
      socket.write(frame({ first: 0x01, payload: payload.subarray(0, 60) }));
      socket.write(frame({ first: 0x89, payload: Buffer.from('are you there') }));
      socket.write(frame({ first: 0x8a, payload: Buffer.from('nobody asked') }));
      socket.write(frame({ first: 0x00 }));
      socket.write(frame({ first: 0x80, payload: payload.subarray(60) }));
    };
    const result = await verdictOf('1.1.2', rightly({ text: pieces }));
    expect(result.verdict).toBe('OK');
    const answers = result.log.filter(
      (entry) => entry.kind === 'frame' && entry.way === 'sent' && entry.opcode === 10,
    );
    expect(answers).toMatchObject([{ payload: new Uint8Array(Buffer.from('are you there')) }]);
  });
});

/** What is wrong, the case that is to see it, and what is to be said. */
const WRONG: readonly (readonly [what: string, id: string, react: Reaction, expected: object])[] = [
  [
    'another octet in the echo',
    '1.1.2',
    rightly({
      text: ({ payload }, socket) =>
        socket.write(frame({ first: 0x81, payload: payload.fill(0x2b, 77, 78) })),
    }),
    { verdict: 'FAILED', explanation: expect.stringContaining('from octet 77 on') },
  ],
  [
    'no echo',
    '1.1.2',
    rightly({ text: () => {} }),
    { verdict: 'FAILED', explanation: expect.stringContaining('did not come in time') },
  ],
  [
    'a second echo',
    '1.1.2',
    rightly({
      text: ({ payload }, socket) =>
        socket.write(Buffer.concat([frame({ first: 0x81, payload }), frame({ first: 0x81, payload })])),
    }),
    { verdict: 'FAILED', explanation: expect.stringContaining('came that should not have') },
  ],
  [
    'a mask',
    '1.1.2',
    rightly({ text: ({ payload }, socket) => socket.write(frame({ first: 0x81, payload, maskingKey: 7 })) }),
    { verdict: 'FAILED', section: '5.1', fault: { code: 'MASK_FORBIDDEN', offset: 1 } },
  ],
  [
    'a length of too many octets',
    '1.1.2',
    rightly({ text: ({ payload }, socket) => socket.write(frame({ first: 0x81, payload, lengthBytes: 2 })) }),
    { verdict: 'FAILED', section: '5.2', fault: { code: 'LENGTH_NOT_MINIMAL', offset: 2 } },
  ],
  [
    'text that is not UTF-8',
    '1.1.2',
    rightly({
      text: (_, socket) => socket.write(frame({ first: 0x81, payload: Buffer.from([0x61, 0xff]) })),
    }),
    { verdict: 'FAILED', section: '8.1', fault: { code: 'INVALID_UTF8', offset: 3 } },
  ],
  [
    'a frame longer than anything',
    '1.1.2',
    rightly({ text: (_, socket) => socket.write(frame({ first: 0x82, declaredLength: 2 ** 40 })) }),
    { verdict: 'FAILED', fault: { code: 'LENGTH_BEYOND_SUITE' } },
  ],
  [
    'a Pong with other data',
    '2.2',
    rightly({ ping: (_, socket) => socket.write(frame({ first: 0x8a, payload: Buffer.from('other') })) }),
    { verdict: 'FAILED', explanation: expect.stringContaining('The Pong of 13 octets did not come') },
  ],
  [
    'a Close in place of an echo',
    '1.1.2',
    rightly({ text: (_, socket) => socket.end(closeOf(1011)) }),
    { verdict: 'FAILED', closeBehavior: 'FAILED' },
  ],
  [
    'no answer to a Close',
    '7.1.1',
    rightly({ close: () => {} }),
    { verdict: 'FAILED', closeBehavior: 'UNCLEAN', section: '5.5.1' },
  ],
  [
    'an end without an answer to a Close',
    '7.1.1',
    rightly({ close: (_, socket) => socket.end() }),
    { verdict: 'FAILED', closeBehavior: 'UNCLEAN', section: '5.5.1' },
  ],
  [
    'a transport that is not ended',
    '7.1.1',
    rightly({ close: (_, socket) => socket.write(closeOf(1000)) }),
    { verdict: 'FAILED', closeBehavior: 'FAILED BY CLIENT' },
  ],
  [
    'the same in a case that is not about closing',
    '1.1.2',
    rightly({ close: (_, socket) => socket.write(closeOf(1000)) }),
    { verdict: 'NON-STRICT', behavior: 'OK', closeBehavior: 'FAILED BY CLIENT', section: '5.5.1' },
  ],
  [
    'data behind a Close',
    '7.1.1',
    rightly({
      close: (_, socket) => socket.end(Buffer.concat([closeOf(1000), frame({ first: 0x81 })])),
    }),
    { verdict: 'FAILED', fault: { code: 'DATA_AFTER_CLOSE', section: '5.5.1' } },
  ],
  [
    'another code in the answer to a Close',
    '7.1.1',
    rightly({ close: (_, socket) => socket.end(closeOf(1001)) }),
    { verdict: 'NON-STRICT', behavior: 'OK', closeBehavior: 'WRONG CODE' },
  ],
  [
    'a code that must not be sent',
    '7.9.4',
    rightly({ close: (_, socket) => socket.end(closeOf(1005)) }),
    { verdict: 'FAILED', fault: { code: 'CLOSE_CODE_FORBIDDEN' } },
  ],
  [
    'an undefined code sent back',
    '7.9.7',
    rightly({ close: (_, socket) => socket.end(closeOf(1100)) }),
    { verdict: 'FAILED', section: '5.5.1', fault: { code: 'CLOSE_CODE_UNDEFINED' } },
  ],
  [
    'a reason that is not UTF-8',
    '7.1.1',
    rightly({
      close: (_, socket) => socket.end(frame({ first: 0x88, payload: Buffer.from([3, 232, 0xff]) })),
    }),
    { verdict: 'FAILED', fault: { code: 'REASON_NOT_UTF8' } },
  ],
  [
    'a reserved bit that is ignored',
    '3.1',
    rightly({ text: () => {} }),
    { verdict: 'FAILED', behavior: 'OK', closeBehavior: 'FAILED', section: '5.2' },
  ],
  [
    'a reserved bit that is heard',
    '3.1',
    rightly({}),
    { verdict: 'FAILED', behavior: 'FAILED', section: '5.2' },
  ],
  [
    'an end without a Close frame where one should come',
    '3.1',
    rightly({ text: (_, socket) => socket.end() }),
    { verdict: 'NON-STRICT', closeBehavior: 'OK', section: '7.1.7' },
  ],
  [
    'no answer to a Close that may not be sent',
    '7.9.1',
    rightly({ close: () => {} }),
    { verdict: 'FAILED', closeBehavior: 'UNCLEAN' },
  ],
  [
    'a Close without a code in place of an echo',
    '1.1.2',
    rightly({ text: (_, socket) => socket.end(frame({ first: 0x88 })) }),
    { verdict: 'FAILED', explanation: expect.stringContaining('did not come') },
  ],
  [
    'a reset in place of an echo',
    '1.1.2',
    rightly({ text: (_, socket) => socket.resetAndDestroy() }),
    { verdict: 'FAILED', close: expect.objectContaining({ by: 'endpoint', transport: 'endpoint-reset' }) },
  ],
  [
    'a Close that nobody asked for, behind a right echo',
    'masks.key-zero',
    rightly({
      text: ({ payload }, socket) =>
        payload.length === 7 ? socket.end(closeOf(1000)) : socket.write(frame({ first: 0x81, payload })),
    }),
    { verdict: 'FAILED' },
  ],
  [
    'a message in place of an answer to a Close',
    '7.1.1',
    rightly({ close: (_, socket) => socket.write(frame({ first: 0x89, payload: Buffer.from('p') })) }),
    { verdict: 'FAILED', closeBehavior: 'UNCLEAN' },
  ],
  [
    'a frame that does not end',
    '1.1.2',
    rightly({ text: (_, socket) => socket.end(Buffer.from('8105616263', 'hex')) }),
    {
      verdict: 'FAILED',
      log: expect.arrayContaining([
        expect.objectContaining({ kind: 'octets', way: 'received', length: 5, offset: 0 }),
      ]),
    },
  ],
];

describe('a server with a fault', () => {
  test.each(WRONG)('%s, in case %s', async (_, id, react, expected) => {
    expect(await verdictOf(id, react)).toMatchObject(expected);
  });

  test.each([
    ['a subprotocol that was not offered', 'Sec-WebSocket-Protocol: x\r\n', '4.2.2'],
    ['an extension that was not offered', 'Sec-WebSocket-Extensions: x\r\n', '9.1'],
    ['permessage-deflate unasked', 'Sec-WebSocket-Extensions: permessage-deflate\r\n', '9.1'],
    ['two Sec-WebSocket-Accept', 'Sec-WebSocket-Accept: x\r\n', '4.2.2'],
  ])('%s', async (_, header, section) => {
    expect(await verdictOf('1.1.1', rightly({}), header)).toMatchObject({ verdict: 'FAILED', section });
  });
});

test('a case whose sending outlasts its deadline', async () => {
  const [found] = findCases({ patterns: ['9.5.1'] });
  const result = await runServerCase(
    { url: await serve(() => {}) },
    { ...found!, deadlineMs: 3000 },
    { timeoutMs: 5, closeTimeoutMs: 50 },
  );
  expect(result).toMatchObject({ verdict: 'FAILED', close: { timeout: 'case' } });
});

describe('a client with a fault', () => {
  /** A client that chooses keys in its own way. */
  function clientWithKey(keyOf: (nth: number) => number): (url: string) => Promise<void> {
    let nth = 0;
    return (url) =>
      new Promise((resolve) => {
        const { port, pathname } = new URL(url);
        const socket = connect({ port: Number(port), host: '127.0.0.1' });
        socket.on('error', () => {}).on('close', () => resolve());
        socket.write(
          `GET ${pathname} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
        );
        socket.once('data', (head: Buffer) => {
          const rest = head.subarray(head.indexOf('\r\n\r\n') + 4);
          const react: Reaction = ({ opcode, payload }) =>
            socket.write(frame({ first: 0x80 | opcode, payload, maskingKey: keyOf(nth++) >>> 0 }));
          onFrames(socket, react, rest);
        });
      });
  }

  const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;
  test.each([
    ['zero', () => 0, 'FAILED', 'All 33 frames have the masking key 00000000'],
    ['one key', () => 0x01020304, 'FAILED', 'All 33 frames have the masking key 04030201'],
    ['two keys', (nth: number) => 0x01020304 + (nth % 2), 'FAILED', '33 frames have only 2 masking keys'],
    ['a counter', (nth: number) => 0xfffffff0 + nth, 'FAILED', 'the one before and the same number more'],
    [
      'a key twice',
      (nth: number) => (nth < 2 ? 7 : random()),
      'INFORMATIONAL',
      'used for more than one frame',
    ],
    [
      'keys of 24 bits',
      () => random() & 0xffffff,
      'INFORMATIONAL',
      'An octet of the masking key is the same',
    ],
    ['random keys', random, 'OK', 'As expected'],
  ])('%s for all frames', async (_, keyOf, verdict, words) => {
    const [found] = findCases({ patterns: ['masks.keys-of-client'] });
    const result = await runClientCase(clientWithKey(keyOf), found!, { timeoutMs: 10_000 });
    expect(result).toMatchObject({ verdict, explanation: expect.stringContaining(words) });
  });
});
