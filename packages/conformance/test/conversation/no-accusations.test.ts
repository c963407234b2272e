/** Endpoints that do what an RFC leaves to them, as real ones do: none of it may be FAILED, and what is said has to be so. */
import { createHash } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type CaseResult, findCases, runClientCase, runServerCase } from '../../src/index.js';
import { expandPayload, type Payload, toHex } from '../../src/model/payload.js';
import { caseOf, runScripted } from '../reports/scripted-server.js';

const PATIENCE = { timeoutMs: 300, closeTimeoutMs: 200 };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Runs a case against a server that answers every request in the same way. */
async function refusedBy(id: string, answer: (socket: Socket) => void): Promise<CaseResult> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => answer(socket));
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return runServerCase({ url: `ws://127.0.0.1:${port}/` }, caseOf(id), PATIENCE);
}

/** Runs a case against a client that sends its request and then does as it is told. */
function heardBy(
  id: string,
  hear: (socket: Socket) => void,
  offer?: string,
  { version = '1.1', behind = '' } = {},
): Promise<CaseResult> {
  const extensions = offer === undefined ? '' : `Sec-WebSocket-Extensions: ${offer}\r\n`;
  return runClientCase(
    (url) => {
      const { hostname, port, pathname } = new URL(url);
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `GET ${pathname} HTTP/${version}\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${extensions}\r\n${behind}`,
          'latin1',
        );
      });
      closers.push(() => socket.destroy());
      hear(socket.on('error', () => {}));
      return new Promise((resolve) => socket.on('close', resolve));
    },
    caseOf(id),
    PATIENCE,
  );
}

describe('servers', () => {
  test.each([
    ['an Origin it does not like', 'request.rfc-example'],
    ['a subprotocol it does not know', 'request.protocol-unknown-1'],
    ['a frame that came too early (4.1)', 'request.frame-behind'],
  ])('may refuse a request over %s', async (_, id) => {
    const withStatus = await refusedBy(id, (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    expect(withStatus.verdict).toBe('INFORMATIONAL');
    expect(withStatus.explanation).toContain('403');
    const without = await refusedBy(id, (socket) => socket.end());
    expect(without.verdict).toBe('INFORMATIONAL');
  });

  test('but not a plain one', async () => {
    const result = await refusedBy('1.1.1', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    expect(result.verdict).toBe('FAILED');
  });

  test('may refuse a request with an offer that they do not support, though they are to decline it', async () => {
    const refuse = (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    const result = await refusedBy('agreement.endpoint-window-9', refuse);
    expect(result).toMatchObject({ verdict: 'NON-STRICT', section: 'RFC7692 7.1' });
    const ended = await refusedBy('agreement.endpoint-window-9', (socket) => socket.end());
    expect(ended.verdict).toBe('FAILED');
  });

  test('may take a byte-order mark for a signature (RFC 3629 6)', async () => {
    const { cases } = await runScripted('utf8.bom', '810161/880203e8');
    expect(cases[0]).toMatchObject({ verdict: 'INFORMATIONAL' });
    const kept = await runScripted('utf8.bom', '8104efbbbf61/880203e8');
    expect(kept.cases[0]).toMatchObject({ verdict: 'OK' });
    const changed = await runScripted('utf8.bom', '8104efbbbe61/880203e8');
    expect(changed.cases[0]).toMatchObject({ verdict: 'FAILED' });
  });

  test('may send the same Pong twice: the second one is unsolicited (5.5.3)', async () => {
    const { cases } = await runScripted(
      '2.2',
      '8a0d48656c6c6f2c20776f726c64218a0d48656c6c6f2c20776f726c6421/880203e8',
    );
    expect(cases[0]).toMatchObject({ verdict: 'OK' });
  });

  test('may take the end of the other side for the end of all', async () => {
    const result = await refusedByEnd();
    expect(result.verdict).toBe('NON-STRICT');
  });
});

/** Runs a case against a server on a socket: told of the request's head and of what comes behind it. */
async function servedBy(
  id: string,
  serve: (socket: Socket, head: string) => (octets: Buffer) => void,
  target: { readonly origin?: string; readonly protocols?: readonly string[] } = {},
): Promise<CaseResult> {
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (chunk) => {
        socket.on('data', serve(socket, chunk.toString('latin1')));
      });
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return runServerCase({ url: `ws://127.0.0.1:${port}/`, ...target }, caseOf(id), PATIENCE);
}

const ACCEPTANCE = (head: string): string => {
  const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
};

describe('servers that do more than they must', () => {
  test('send Pings while a frame of ours is under way, whose Pong then stands behind it', async () => {
    const heard: Buffer[] = [];
    await servedBy('2.6', (socket, head) => {
      socket.write(ACCEPTANCE(head));
      return (octets) => {
        if (heard.push(octets) === 1) socket.write(Uint8Array.of(0x89, 0));
        if (Buffer.concat(heard).length > 131 + 6) socket.destroy();
      };
    });
    const all = Buffer.concat(heard);
    // A Ping of 125 octets, octet by octet, and only then the Pong.
    expect([...all.subarray(0, 2)]).toEqual([0x89, 0x80 | 125]);
    expect([...all.subarray(131, 133)]).toEqual([0x8a, 0x80]);
  });

  test('answer a Ping within a fragmented message only behind its echo (5.5.2: "as soon as is practical")', async () => {
    const late = await runScripted('5.6', '810c667261676d656e7431667261/');
    expect(late.cases[0]!.verdict).toBe('FAILED');
    const [best] = caseOf('5.6').outcomes;
    expect(best!.events).toMatchObject([{ type: 'pong' }, { type: 'text' }]);
    const [pong, text] = (best!.events as unknown as { payload: Payload }[]).map(({ payload }) =>
      expandPayload(payload),
    );
    const frame = (opcode: number, octets: Uint8Array): string =>
      toHex(Uint8Array.of(0x80 | opcode, octets.length, ...octets));
    const { cases } = await runScripted('5.6', `${frame(1, text!)}${frame(10, pong!)}/880203e8`);
    expect(cases[0]).toMatchObject({ verdict: 'NON-STRICT' });
    expect(cases[0]!.explanation).toContain('as soon as is practical');
  });

  test.each(['100 Continue', '103 Early Hints'])(
    'send %s before they accept (RFC 9110 15.2)',
    async (status) => {
      const result = await servedBy('1.1.1', (socket, head) => {
        socket.write(`HTTP/1.1 ${status}\r\nX: y\r\n\r\n${ACCEPTANCE(head)}`);
        return () => socket.end(Buffer.from('8100880203e8', 'hex'));
      });
      expect(result.handshake.status).toBe(101);
    },
  );

  test('want an Origin or a subprotocol, also of requests that are odd', async () => {
    const heads: string[] = [];
    const note = (socket: Socket, head: string) => {
      heads.push(head);
      socket.end('HTTP/1.1 400 x\r\n\r\n');
      return () => {};
    };
    await servedBy('request.minimal', note, { origin: 'http://good.example', protocols: ['chat'] });
    await servedBy('request.protocol-unknown-2', note, { protocols: ['chat'] });
    expect(heads[0]).toMatch(/\r\nOrigin: http:\/\/good\.example\r\nSec-WebSocket-Protocol: chat\r\n\r\n$/);
    expect(heads[1]).not.toContain('chat');
  });
});

describe('servers without end', () => {
  test.each([
    ['messages', '8100', 'messages and Pongs'],
    ['Pings', '8900', 'Pings'],
  ])('of %s are not read on', async (_, digits, words) => {
    const flood = Buffer.from(digits.repeat(50_000), 'hex');
    const result = await servedBy('1.1.2', (socket, head) => {
      socket.write(ACCEPTANCE(head));
      socket.write(flood);
      return () => {};
    });
    expect(result).toMatchObject({ verdict: 'FAILED', close: { transport: 'suite-dropped' } });
    expect(result.log.filter((entry) => entry.kind === 'note' && entry.text.includes(words)).length).toBe(1);
    expect(result.log.length).toBeLessThan(7000);
  });
});

/** Accepts, and ends without a Close when the suite's has come. */
async function refusedByEnd(): Promise<CaseResult> {
  const { cases } = await runScripted('closing.then-end', '/');
  return cases[0]!;
}

describe('clients', () => {
  const wrong = findCases({ role: 'client', patterns: ['response.accept-other-0'] })[0]!.id;

  test('may take their time to end the transport after a response they refuse', async () => {
    const silent = await heardBy(wrong, () => {});
    expect(silent.verdict).toBe('NON-STRICT');
    const quick = await heardBy(wrong, (socket) => socket.once('data', () => socket.destroy()));
    expect(quick.verdict).toBe('OK');
  });

  test.each([
    ['a window for the server', 'agreement.suite-window-9', 'permessage-deflate'],
    ['the least window', 'agreement.endpoint-window-8', 'permessage-deflate; client_max_window_bits'],
  ])('may refuse %s that they did not ask for', async (_, id, offer) => {
    const quick = await heardBy(id, (socket) => socket.once('data', () => socket.destroy()), offer);
    expect(quick.verdict).toBe('UNIMPLEMENTED');
    const slow = await heardBy(id, () => {}, offer);
    expect(slow.verdict).toBe('UNIMPLEMENTED');
  });

  test.each([
    ['permessage-deflate'],
    ['permessage-deflate; server_no_context_takeover; client_no_context_takeover'],
  ])('but may not refuse what they offered: %s', async (offer) => {
    const refuse = (socket: Socket) => socket.once('data', () => socket.destroy());
    expect((await heardBy('agreement.fragments', refuse, offer)).verdict).toBe('FAILED');
  });

  test('that offer no compression are not accused over a wrong answer to an offer', async () => {
    const echo = (socket: Socket) =>
      socket.once('data', () => socket.write(Uint8Array.of(0x81, 0x80, 0, 0, 0, 0)));
    const without = await heardBy('answer.bits-16', echo);
    expect(without).toMatchObject({ verdict: 'UNIMPLEMENTED' });
    const other = await heardBy('answer.bits-16', echo, 'x-permessage-deflate');
    expect(other.verdict).toBe('UNIMPLEMENTED');
    const offering = await heardBy('answer.bits-16', echo, 'permessage-deflate; client_max_window_bits');
    expect(offering.verdict).toBe('FAILED');
  });

  test('may speak a later HTTP/1 (4.1: "at least 1.1")', async () => {
    const result = await heardBy(
      '1.1.1',
      (socket) => socket.once('data', () => socket.destroy()),
      undefined,
      {
        version: '1.2',
      },
    );
    expect(result.handshake.status).toBe(101);
  });

  test('may not send anything before the response (4.1)', async () => {
    const early = Buffer.from('8a8000000000', 'hex').toString('latin1');
    const result = await heardBy('1.1.1', () => {}, undefined, { behind: early });
    expect(result).toMatchObject({ verdict: 'FAILED', section: '4.1' });
    expect(result.explanation).toMatch(/wait for the response/);
  });

  test('but may not say anything on the connection', async () => {
    const result = await heardBy(wrong, (socket) =>
      socket.once('data', () => socket.write(Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0))),
    );
    expect(result.verdict).toBe('FAILED');
  });

  test('that refuse a right response in silence are not said to have to fail it', async () => {
    const result = await heardBy('response.interim', () => {});
    expect(result).toMatchObject({ verdict: 'NON-STRICT' });
    expect(result.explanation).not.toContain('did not fail the connection');
  });
});

describe('what is said', () => {
  test('names the rule where a frame should have failed the connection', async () => {
    const { cases } = await runScripted('masks.unmasked-pong', '/880203e8');
    expect(cases[0]).toMatchObject({ verdict: 'FAILED', section: caseOf('masks.unmasked-pong').section });
    expect(cases[0]!.explanation).toContain(caseOf('masks.unmasked-pong').wrong);
  });

  test('names how the endpoint gave up in place of an echo', async () => {
    const { cases } = await runScripted('1.1.2', '880203f0');
    expect(cases[0]!.explanation).toContain('did not come; the endpoint closed with 1008.');
  });

  test("does not hold the suite's own code against the endpoint that answers with it", async () => {
    const { cases } = await runScripted('1.1.1', 'a100/880203ea');
    expect(cases[0]!.explanation).not.toContain('is meant for this');
  });

  test('has it that the Close was not answered either', async () => {
    const { cases } = await runScripted('masks.unmasked-text', '');
    expect(cases[0]!.explanation).toContain("Nor did it answer the suite's Close (5.5.1).");
  });

  test('does not excuse a missing Pong as a limit on Pings', async () => {
    const { cases } = await runScripted('pings.hundred', '8a0130/880203e8');
    expect(cases[0]!.verdict).toBe('FAILED');
    expect(cases[0]!.explanation).not.toMatch(/did not fail|10\.4/);
  });
});
