// Openings that come to nothing leave nothing: the descriptors of a server in Node, Bun and Deno, plain and over TLS.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { BINARY, encodeFrame } from '@sanssocket/codec/frames';
import { createRequest } from '@sanssocket/handshake';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../http2/src/certificate.js';
import { folder, RUNTIMES } from './runtimes.js';

const directory = mkdtempSync(join(tmpdir(), 'hostile-'));
const files = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];

beforeAll(async () => {
  const { key, cert } = await makeCertificate();
  writeFileSync(files[0]!, key);
  writeFileSync(files[1]!, cert);
});
afterAll(() => rmSync(directory, { recursive: true }));

const RIGHT = createRequest('ws://localhost/').bytes;
const WRONG = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const CLOSE = Uint8Array.of(0x88, 0x80, 0, 0, 0, 0);
const LONG = encodeFrame({ opcode: BINARY, payload: Buffer.alloc(60_000), maskingKey: 1 });

const soon = (call: () => unknown): void => void setTimeout(call, 20);

/** Whether a descriptor is that of a socket; the runtimes open others when they like. */
function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor).startsWith('socket:');
  } catch {
    return false; // it was closed meanwhile
  }
}

/** Writes a byte now and then, as long as it can. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('x'), 50);
  socket.on('close', () => clearInterval(timer));
}

/** The sockets of TCP below those of TLS, which have no reset themselves. */
const below = new WeakMap<Socket, Socket>();

const reset = (socket: Socket): void => soon(() => (below.get(socket) ?? socket).resetAndDestroy());

const CLIENTS: Readonly<Record<string, (socket: Socket) => unknown>> = {
  silence: () => {},
  'silence, then RST': reset,
  'silence, then FIN': (socket) => soon(() => socket.end()),
  'half a head': (socket) => socket.write('GET / HTTP/1.1\r\nHo'),
  'half a head, then RST': (socket) => socket.write('GET / HTTP/1.1\r\nHo', () => reset(socket)),
  'half a head, then FIN': (socket) => socket.end('GET / HTTP/1.1\r\nHo'),
  'half a head, a byte a moment': (socket) => socket.write('GET /', () => drip(socket)),
  'refused, and stays': (socket) => socket.write(WRONG),
  'refused, and sends on': (socket) => socket.write(WRONG, () => drip(socket)),
  'refused, then RST': (socket) => socket.write(WRONG, () => reset(socket)),
  'accepted, then RST while the echo is written': (socket) => {
    socket.pause();
    socket.write(RIGHT);
    for (let i = 0; i < 20; i++) socket.write(LONG);
    reset(socket);
  },
  'accepted, and silence': (socket) => socket.write(RIGHT),
  'accepted, Close, and stays': (socket) => socket.write(Buffer.concat([RIGHT, CLOSE])),
  'accepted, Close, a byte a moment': (socket) =>
    socket.write(Buffer.concat([RIGHT, CLOSE]), () => drip(socket)),
};

const PER_KIND = 5;

/** Deno keeps the descriptor of a connection that is closed inside of its TLS handshake until the peer ends. */
const KEPT_BY_DENO = 2;

describe.each(RUNTIMES)('in %s', (name, command) => {
  test.skipIf(!existsSync('/proc/self/fd')).each([
    ['plain', []],
    ['over TLS', files],
  ])('no descriptor is left, %s', async (way, args) => {
    const [first, ...before] = command('short-limits');
    const child = spawn(first!, [...before, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
      const port = Number(line.replace('port ', ''));
      const count = (): number =>
        readdirSync(`/proc/${child.pid}/fd`).filter((fd) => isSocket(`/proc/${child.pid}/fd/${fd}`)).length;
      const open = (): Socket => {
        const where = { port, host: '127.0.0.1', allowHalfOpen: true };
        const tcp = connect(where).on('error', () => {});
        if (way === 'plain') return tcp;
        const socket = connectTls({ socket: tcp, rejectUnauthorized: false });
        below.set(socket, tcp);
        return socket.on('error', () => {});
      };
      const ready = way === 'plain' ? 'connect' : 'secureConnect';
      const warm = open();
      await once(warm, ready);
      warm.destroy();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const atFirst = count();
      const sockets: Socket[] = [];
      const begun = Object.values(CLIENTS).flatMap((act) =>
        Array.from({ length: PER_KIND }, async () => {
          const socket = open();
          sockets.push(socket);
          socket.resume();
          await once(socket, ready);
          act(socket);
        }),
      );
      // Some that never begin TLS, or not with it.
      for (const bytes of ['', 'GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00\x01']) {
        sockets.push(connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {}));
        sockets.at(-1)!.resume().write(bytes, 'latin1');
      }
      await Promise.all(begun);
      const kept = name === 'Deno' && way !== 'plain' ? KEPT_BY_DENO : 0;
      await expect.poll(count).toBeLessThanOrEqual(atFirst + kept);
      for (const socket of sockets) socket.destroy();
      await expect.poll(count).toBeLessThanOrEqual(atFirst);
      expect(child.exitCode).toBe(null);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
