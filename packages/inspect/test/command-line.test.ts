// The command: table, JSON, filters, exit status, and nothing of a peer's that a terminal acts on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runProgram } from '../src/command-line/program.js';
import { fromClient, fromServer, join, REQUEST, response } from './support/events.js';
import { FakeTcp, pcap } from './support/pcap.js';
import { write } from './support/tools.js';

const NASTY = 'null\0 esc\x1b[31m bidi\u202e del\x7f c1\x9b tag\u{e0041} quote" back\\ line\n sep\u2028';

const file = write(
  'talk.pcap',
  pcap(
    new FakeTcp()
      .open()
      .client(REQUEST)
      .server(response('permessage-deflate'))
      .client(fromClient(NASTY), fromClient('', { opcode: 9 }))
      .server(
        fromServer(Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0), { rsv: 64 }),
        fromServer(Uint8Array.of(0xff, 0x1b, 1), { opcode: 2 }),
        fromServer(Uint8Array.of(3, 0xe8, 0x62, 0x1b, 0x79, 0x65), { opcode: 8 }),
      )
      .close().packets,
  ),
);

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command in this process. */
async function inspect(...args: readonly string[]): Promise<{ status: number; out: string; error: string }> {
  let out = '';
  let error = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += chunk;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    error += chunk;
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation((line) => {
    error += `${line}\n`;
  });
  const status = await runProgram(args);
  vi.restoreAllMocks();
  return { status, out, error };
}

describe('the table', () => {
  it('has rows for heads, frames and what they make', async () => {
    const { status, out } = await inspect(file, '--no-color');
    expect(status).toBe(0);
    expect(out).toBe(
      [
        '#1 127.0.0.1:40000 -> 127.0.0.2:80',
        '#1 22:13:20.002000 client -> GET /chat HTTP/1.1',
        '      Host: example.com',
        '      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        '      Sec-WebSocket-Version: 13',
        '#1 22:13:20.003000 <- server HTTP/1.1 101 Switching Protocols',
        '      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        '      Sec-WebSocket-Extensions: permessage-deflate',
        String.raw`#1 22:13:20.004000 client -> text         F---M      66  "null\x00 esc\x1b[31m bidi\u202e del\x7f c1\x9b tag\u{e0041} quote\" back\\ line\n sep\u2028"`,
        '#1 22:13:20.005000 client -> ping         F---M       0  ',
        '#1 22:13:20.006000 <- server text         F1---       7  compressed f2 48 cd c9 c9 07 00',
        '#1 22:13:20.006000 <- server = text                   5  "Hello" (7 compressed)',
        '#1 22:13:20.007000 <- server binary       F----       3  ff 1b 01',
        String.raw`#1 22:13:20.008000 <- server close        F----       6  1000 "b\x1bye"`,
        `pcap: ${pcapBytes()} bytes, 11 packets, 1 TCP stream; 1 connection, 5 frames, 3 messages, 0 faults`,
        '',
      ].join('\n'),
    );
  });

  it.each([[[]], [['--json']], [['--headers']]])(
    'writes nothing that a terminal acts on: %s',
    async (options) => {
      const { out } = await inspect(file, '--no-color', ...options);
      expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    },
  );

  it('has colours where they are wanted', async () => {
    expect((await inspect(file, '--color')).out).toContain('\x1b[3');
  });
});

describe('the choice of events', () => {
  it.each([
    [['--messages'], ['text', 'ping', 'text', 'binary', 'close']],
    [['--frames'], ['text', 'ping', 'text', 'binary', 'close']],
    [
      ['--from', 'client'],
      ['text', 'ping'],
    ],
    [
      ['--opcode', 'ping,close'],
      ['ping', 'close'],
    ],
    [['--grep', 'esc'], ['text']],
    [['--frames', '--grep', '1000'], ['close']],
    [['--connection', '2'], []],
  ])('%s', async (options, names) => {
    const { out } = await inspect(file, '--no-color', ...options);
    const rows = out.split('\n').filter((line) => / {2,}\d+ {2}/.test(line));
    expect(rows.map((row) => /(text|binary|ping|close)/.exec(row)![1])).toEqual(names);
  });

  it('JSON has all events, texts as text, bytes in Base64', async () => {
    const { out } = await inspect(file, '--json');
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual([
      'connection',
      'handshake',
      'handshake',
      'frame',
      'message',
      'frame',
      'frame',
      'message',
      'frame',
      'message',
      'frame',
      'summary',
    ]);
    expect(events[4]).toMatchObject({ type: 'message', text: NASTY });
    expect(events[4].payload).toBeUndefined();
    expect(events[9]).toMatchObject({ opcode: 2, payload: '/xsB' });
  });
});

describe('the exit status', () => {
  it('1 if the traffic has a fault, told with its section', async () => {
    const bad = write('bad.bin', Uint8Array.of(0x81, 1, 0xff));
    const { status, out } = await inspect(bad, '--no-color');
    expect(status).toBe(1);
    expect(out).toContain(
      '! INVALID_UTF8 at byte 2: a text is not valid UTF-8 (RFC 6455 8.1), close code 1007',
    );
  });

  it('2 if an input cannot be read; the others are', async () => {
    const words = write('words.txt', 'not a dump at all');
    const { status, out, error } = await inspect(words, '/nowhere/at/all', file, '--no-color');
    expect(status).toBe(2);
    expect(error).toMatch(/words\.txt: line 1 is neither/);
    expect(error).toMatch(/ENOENT/);
    expect(out).toContain('GET /chat');
  });

  it.each([
    [['--opcode', 'pong,what'], /there is no opcode 'what'/],
    [['--opcode', 'constructor'], /there is no opcode 'constructor'/],
    [['--keylog', '/nowhere/at/all', file], /ENOENT.*\/nowhere\/at\/all/],
    [['--grep', '('], /Invalid regular expression/],
    [['--connection', 'x'], /a number of 0 or more is wanted/],
    [['--pair', file], /--pair takes two files/],
    [['proxy'], /required option '--to <url>'/],
  ])('2 for arguments that make no sense: %s', async (args, words) => {
    const { status, error } = await inspect(...args);
    expect(status).toBe(2);
    expect(error).toMatch(words);
  });
});

it('--version', async () => {
  const { status, out } = await inspect('--version');
  expect(status).toBe(0);
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('--pair: two files are two directions, in either order', async () => {
  const client = write('client.bin', join(REQUEST, fromClient('question')));
  const server = write('server.bin', join(response(), fromServer('answer')));
  for (const files of [
    [client, server],
    [server, client],
  ]) {
    const { out } = await inspect('--pair', '--no-color', ...files);
    expect(out).toMatch(/client -> text .*"question"/);
    expect(out).toMatch(/<- server text .*"answer"/);
  }
});

it('reads the standard input, and ends with whoever reads the output', async () => {
  const main = new URL('../dist/command-line/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--no-color'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end('81 05 48 65 6c 6c 6f\n');
  const [line] = await once(child.stdout, 'data');
  expect(String(line)).toMatch(/^#1\n/);
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
});

it('proxy: shows frames as they pass, until a signal ends it, and saves a recording', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  await once(server, 'listening');
  const to = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const saved = write('recording.jsonl', '');
  const main = new URL('../dist/command-line/main.js', import.meta.url).pathname;
  const args = [main, 'proxy', '--to', to, '--save', saved, '--no-color', '--opcode', 'text'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const [words] = await once(child.stderr, 'data');
  const [, url] = /^(ws:\S+) leads to/.exec(String(words))!;
  const socket = new WebSocket(url!);
  await once(socket, 'open');
  socket.send('question');
  await once(socket, 'message');
  socket.close();
  await once(socket, 'close');
  await expect.poll(() => out).toMatch(/client -> text .*"question"\n.*<- server text .*"question"\n/);
  child.kill('SIGINT');
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  server.close();
  const again = await inspect(saved, '--no-color', '--messages');
  expect(again.out).toMatch(/client -> = text .*"question"\n.*<- server = text .*"question"\n/);
});

const full = existsSync('/dev/full') ? it : it.skip;

full('proxy: a recording that cannot be written ends it', async () => {
  const main = new URL('../dist/command-line/main.js', import.meta.url).pathname;
  const args = [main, 'proxy', '--to', 'ws://127.0.0.1:1/', '--save', '/dev/full'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let error = '';
  child.stderr.on('data', (chunk) => {
    error += chunk;
  });
  await once(child, 'close');
  expect(child.exitCode).toBe(2);
  expect(error).toMatch(/ENOSPC/);
});

function pcapBytes(): number {
  const heads = REQUEST.length + response('permessage-deflate').length;
  return 24 + 11 * (16 + 54) + heads + 6 + 66 + 6 + 9 + 5 + 8;
}
