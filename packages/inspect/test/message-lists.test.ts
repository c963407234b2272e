// Inputs that have messages and not frames: mitmproxy's flows, events of the DevTools protocol. The fixtures are those of real tools.
import { readFileSync } from 'node:fs';
import { InputError } from '@sanssocket/inspect';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, inspectAll, join, messagesOf, notesOf, ofType } from './support/events.js';

const kept = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

const each = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );

describe('mitmproxy 8.1.1', () => {
  const flows = kept('mitmproxy-8.flow');
  const SAID = ['hello', 'wörld \0 line\n', '0001ff', 'fragment'];

  it('messages, heads, times, the end; no frame is made up', async () => {
    const events = await inspectAll(flows);
    expect(messagesOf(events)).toEqual(
      ['client', 'server'].flatMap((side) => SAID.map((text) => `${side}: ${text}`)),
    );
    expect(ofType(events, 'frame')).toEqual([]);
    expect(ofType(events, 'handshake').map(({ startLine }) => startLine)).toEqual([
      'GET /chat HTTP/1.1',
      'HTTP/1.1 101 Switching Protocols',
    ]);
    expect(ofType(events, 'connection')[0]).toMatchObject({
      client: '127.0.0.1:56554',
      server: '127.0.0.1:44821',
    });
    expect(ofType(events, 'message')[0]!.timeMs).toBeCloseTo(1796087396035.7, 0);
    expect(ofType(events, 'note').map(({ code, message }) => [code, message])).toEqual([
      ['closed', 'closed by the client, 1000 "done"'],
      ['messages-only', expect.stringContaining('a file of mitmproxy has messages, not frames')],
    ]);
  });

  it('in chunks of any size', async () => {
    const whole = await inspectAll(flows);
    for (const size of [1, 7, 1000]) expect(await inspectAll(each(flows, size))).toEqual(whole);
  });

  it('every beginning of the file: all whole flows, and the end is said', async () => {
    const first = Number.parseInt(Buffer.from(flows.subarray(0, 8)).toString(), 10);
    for (let end = 20; end < flows.length; end += 13) {
      const events = await inspectAll(flows.subarray(0, end));
      if (end > first + 6) expect(messagesOf(events)).toHaveLength(8);
      expect(notesOf(events).includes('damaged')).toBe(end !== first + 6);
    }
  });

  it('what is no flow is refused, a flow that is not well-formed passed over', async () => {
    await expect(inspectAll(join(flows, bytesOf('not a flow')))).rejects.toThrow(InputError);
    const broken = flows.slice();
    broken[broken.indexOf(0x23)] = 0x78;
    expect(notesOf(await inspectAll(broken))).toEqual(['damaged', 'no-websocket']);
    const deep = (depth: number): string => {
      const inner = depth === 0 ? '' : deep(depth - 1);
      return `${inner.length}:${inner}]`;
    };
    const value = `4:type;${deep(100)}`;
    expect(notesOf(await inspectAll(`${value.length}:${value}}`))).toEqual(['damaged', 'no-websocket']);
  });

  it('a flow that is longer than is kept is passed over, and the next one read', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x78);
    const size = 40 * chunk.length;
    const head = bytesOf(`${size + 7 + `${size}`.length + 2}:4:type;${size}:`);
    const input = [head, ...new Array(40).fill(chunk), bytesOf(',}'), flows];
    const events = await inspectAll(input);
    expect(notesOf(events)[0]).toBe('not-kept');
    expect(messagesOf(events)).toHaveLength(8);
  });
});

describe('DevTools protocol, Chromium 156', () => {
  const lines = kept('chromium-cdp.jsonl');
  const SAID = ['hello', 'wörld \0 line\n', '0001ff', ''];

  const expectAll = async (input: string | Uint8Array): Promise<void> => {
    const events = await inspectAll(input);
    expect(messagesOf(events)).toEqual(
      ['client', 'server'].flatMap((side) => SAID.map((text) => `${side}: ${text}`)),
    );
    expect(notesOf(events)).toEqual(['closed', 'messages-only']);
    expect(ofType(events, 'message')[0]!.timeMs).toBeCloseTo(1796087441138, 0);
    expect(ofType(events, 'handshake')[1]!.rawHeaders).toContain('Sec-WebSocket-Extensions');
    expect(ofType(events, 'frame')).toEqual([]);
  };
  const text = new TextDecoder().decode(lines);

  it('an event a line', () => expectAll(lines));
  it('an array', () => expectAll(`[${text.trim().split('\n').join(',\n')}]`));
  it("Playwright's log of two sessions, which report the same", () => {
    const logged = text
      .trim()
      .split('\n')
      .flatMap((line) => {
        const other = line.replace(/\}$/, ',"sessionId":"B"}');
        return [line, other].map((event) => `2026-12-01T01:10:43.023Z pw:protocol ◀ RECV ${event}`);
      });
    return expectAll([...logged, 'another line'].join('\n'));
  });

  it('from the middle: the connection is found by its messages', async () => {
    const events = await inspectAll(text.split('\n').slice(3).join('\n'));
    expect(messagesOf(events)).toHaveLength(8);
    expect(ofType(events, 'message')[0]!.timeMs).toBeUndefined();
  });

  it('without a WebSocket, and cut in a line', async () => {
    const other = '{"method":"Page.loadEventFired","params":{"timestamp":1}}\n';
    expect(notesOf(await inspectAll(other))).toEqual(['no-websocket']);
    await expect(inspectAll(text.slice(0, -20))).rejects.toThrow(/line \d+ is no JSON/);
  });
});

it.each(['mitmproxy-8.flow', 'chromium-cdp.jsonl'])(
  '%s with wrong bytes: events, or an input error',
  async (name) => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const file = kept(name);
        for (const [at, byte] of changes) file[at % file.length] = byte;
        await inspectAll(file).catch((error: unknown) => {
          if (!(error instanceof InputError)) throw error;
        });
      }),
      { numRuns: 300 },
    );
  },
);
