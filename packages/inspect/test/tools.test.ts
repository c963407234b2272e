// Files that the real tools write of real traffic: `ws` both ways, tcpdump, dumpcap, tshark, editcap.
import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, connect as dial } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type InspectEvent, inspectFile } from '@sanssocket/inspect';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  faultsOf,
  fromClient,
  fromServer,
  inspectAll,
  messagesOf,
  notesOf,
  ofType,
} from './support/events.js';
import { capture, folder, isInstalled, run, write } from './support/tools.js';

const TEXTS = [
  'hello',
  'a,b,tab\there',
  'line\nand \\n',
  'null\0byte \x1b[31m \u202e',
  'ü'.repeat(400),
  'x'.repeat(200_000),
  '',
];

/** A conversation: every text as an echo, fragments around a ping, six messages in one packet, a close. */
async function talk(url: string, compressed: boolean, options: object = {}): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: compressed, ...options });
  await once(socket, 'open');
  const echoes = on(socket, 'message');
  const echo = async (): Promise<unknown> => echoes.next();
  for (const text of TEXTS) {
    socket.send(text);
    await echo();
  }
  socket.send(Uint8Array.of(0, 1, 255));
  await echo();
  socket.send('frag', { fin: false });
  socket.ping('between');
  socket.send('ment', { fin: true });
  await echo();
  for (let index = 0; index < 6; index++) socket.send(`six ${index}`);
  for (let index = 0; index < 6; index++) await echo();
  socket.close(1000, 'done');
  await once(socket, 'close');
}

const SAID = [...TEXTS, '0001ff', 'fragment', ...[0, 1, 2, 3, 4, 5].map((index) => `six ${index}`)];

function expectAll(events: readonly InspectEvent[]): void {
  for (const side of ['client', 'server']) {
    const said = messagesOf(events.filter((event) => 'from' in event && event.from === side));
    expect(said).toEqual(SAID.map((text) => `${side}: ${text}`));
  }
  expect(
    ofType(events, 'frame')
      .filter(({ opcode }) => opcode >= 8)
      .map(({ opcode }) => opcode),
  ).toEqual([9, 10, 8, 8]);
  expect(faultsOf(events)).toEqual([]);
}

const tools = isInstalled('tcpdump', 'tshark', 'editcap', 'mergecap');
const captures = new Map<string, Uint8Array | undefined>();
let port = 0;

beforeAll(async () => {
  if (!tools) return;
  for (const compressed of [false, true]) {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      perMessageDeflate: compressed ? { threshold: 0 } : false,
    });
    server.on('connection', (socket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    captures.set(
      compressed ? 'compressed' : 'plain',
      await capture(port, () => talk(`ws://127.0.0.1:${port}/`, compressed)),
    );
    server.close();
  }
});

/** The capture as a file; undefined where none could be made. */
function captured(name: string): string | undefined {
  const bytes = captures.get(name);
  return bytes === undefined ? undefined : write(`${name}.pcap`, bytes);
}

describe.skipIf(!tools).each(['plain', 'compressed'])('%s', (name) => {
  it('tcpdump: pcap, microseconds, Ethernet', async ({ skip }) => {
    const file = captured(name) ?? skip('no right to capture');
    const events = await inspectAll(new Uint8Array(readFileSync(file)));
    expectAll(events);
    expect(notesOf(events)).toEqual([]);
    const times = ofType(events, 'message').map(({ timeMs }) => timeMs!);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it.each([
    ['-F', 'pcapng'],
    ['-F', 'nsecpcap'],
  ])('editcap %s %s', async (...args) => {
    const file = captured(name);
    if (file === undefined) return;
    const out = `${folder}/converted`;
    run('editcap', ...args, file, out);
    expectAll(await inspectAll(new Uint8Array(readFileSync(out))));
  });

  it('mergecap of two captures of the same packets: each frame once', async () => {
    const file = captured(name);
    if (file === undefined) return;
    const out = `${folder}/merged`;
    run('mergecap', '-w', out, file, file);
    expectAll(await inspectAll(new Uint8Array(readFileSync(out))));
  });

  it.each([
    ['-T', 'json'],
    ['-T', 'jsonraw'],
    ['-T', 'jsonraw', '--no-duplicate-keys'],
    ['-T', 'json', '-x'],
    ['-T', 'ek'],
    ['-T', 'pdml'],
    ['-q', '-z', 'follow,tcp,raw,0'],
    ['-q', '-z', 'follow,tcp,yaml,0'],
    ['-q', '-z', 'follow,tcp,hex,0'],
  ])('tshark %s %s %s', async (...args) => {
    const file = captured(name);
    if (file === undefined) return;
    const events = await inspectAll(
      run('tshark', '-n', '-r', file, ...args.filter((arg) => arg !== undefined)),
    );
    expectAll(events);
    // Seconds with nine digits, a date, or none: one unit is shown.
    const timesOf = (found: readonly InspectEvent[]): (number | undefined)[] =>
      ofType(found, 'message').map(({ timeMs }) => timeMs && Math.round(timeMs));
    const times = timesOf(events);
    if (times[0] !== undefined)
      expect(times).toEqual(timesOf(await inspectAll(new Uint8Array(readFileSync(file)))));
  });

  it('tshark -T fields, with the command that the refusal names', async () => {
    const file = captured(name);
    if (file === undefined) return;
    const texts = run(
      'tshark',
      '-n',
      '-r',
      file,
      '-T',
      'fields',
      '-E',
      'header=y',
      '-e',
      'frame.number',
      '-e',
      'websocket.payload.text',
    );
    const error = await inspectAll(texts).catch((thrown: Error) => thrown);
    const [, command] = /This works: tshark -r FILE (.*?); or/.exec((error as Error).message)!;
    expectAll(await inspectAll(run('tshark', '-n', '-r', file, ...command!.split(' '))));
  });

  it('tshark follow,ascii is refused, as it loses bytes', async () => {
    const file = captured(name);
    if (file === undefined) return;
    await expect(
      inspectAll(run('tshark', '-n', '-r', file, '-q', '-z', 'follow,tcp,ascii,0')),
    ).rejects.toThrow(/use `raw` or `yaml`/);
  });

  it('JSON without the layer of TCP is refused with the way out', async () => {
    const file = captured(name);
    if (file === undefined) return;
    const output = run('tshark', '-n', '-r', file, '-T', 'json', '-J', 'websocket');
    const events = await inspectAll(output).catch((thrown: Error) => thrown);
    if (events instanceof Error) expect(events.message).toMatch(/without -J, -j and -P/);
    else expect(notesOf(events)).toContain('no-websocket');
  });

  it('cut packets (editcap -s): frames that are whole are shown, none is made up', async () => {
    const file = captured(name);
    if (file === undefined) return;
    const out = `${folder}/cut`;
    run('editcap', '-s', '350', file, out);
    const events = await inspectAll(new Uint8Array(readFileSync(out)));
    expect(faultsOf(events)).toEqual([]);
    expect(new Set(ofType(events, 'frame').map(({ opcode }) => opcode))).toEqual(
      new Set([0, 1, 2, 8, 9, 10]),
    );
    const whole = messagesOf(events);
    if (name === 'plain')
      for (const text of ['hello', 'fragment', 'six 5']) expect(whole).toContain(`client: ${text}`);
  });

  it('without the handshake: frames, sides, and what cannot be known', async () => {
    const file = captured(name);
    if (file === undefined) return;
    const out = `${folder}/midway`;
    // The packets of the handshake, and of the first message.
    run('editcap', file, out, '1-12');
    const events = await inspectAll(new Uint8Array(readFileSync(out)));
    expect(notesOf(events)).toContain('no-handshake');
    expect(faultsOf(events)).toEqual([]);
    expect(ofType(events, 'frame').length).toBeGreaterThan(20);
    if (name === 'plain') expect(messagesOf(events)).toContain('client: fragment');
    else
      expect(
        ofType(events, 'message').every(
          ({ unsure, compression }) => compression === 'none' || unsure === true,
        ),
      ).toBe(true);
  });
});

/** A certificate of this run's own, and its key. */
function certificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
  const subject = ['-nodes', '-subj', '/CN=localhost', '-keyout', key, '-out', cert];
  if (!existsSync(cert)) run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', ...subject);
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

describe.skipIf(!tools || !isInstalled('openssl'))('TLS through tshark', () => {
  it('a key log beside the capture, and secrets in it', async ({ skip }) => {
    const keys = `${folder}/keys.log`;
    const https = createServer(certificate());
    const server = new WebSocketServer({ server: https, perMessageDeflate: { threshold: 0 } });
    server.on('connection', (socket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    https.listen(0, '127.0.0.1');
    await once(https, 'listening');
    const lines: string[] = [];
    https.on('keylog', (line: Buffer) => lines.push(line.toString()));
    const { port } = https.address() as AddressInfo;
    const bytes = await capture(port, () =>
      talk(`wss://127.0.0.1:${port}/`, true, { rejectUnauthorized: false }),
    );
    https.close();
    if (bytes === undefined) skip('no right to capture');
    const file = write('tls.pcap', bytes!);
    write('keys.log', lines.join(''));

    const without = await collect(inspectFile(file));
    expect(notesOf(without)).toEqual(['encrypted']);
    const withLog = await collect(inspectFile(file, { keyLogFile: keys }));
    expectAll(withLog);
    expect(notesOf(withLog)).toEqual(['decrypted']);
    const injected = `${folder}/secrets.pcapng`;
    run('editcap', '--inject-secrets', `tls,${keys}`, file, injected);
    expectAll(await collect(inspectFile(injected)));
    // The sides of follow,tls are swapped; the bytes tell.
    expectAll(await inspectAll(run('tshark', '-n', '-r', injected, '-q', '-z', 'follow,tls,raw,0')));
  });

  it('HTTP/2 within (RFC 8441)', async ({ skip }) => {
    const server = createSecureServer({ ...certificate(), settings: { enableConnectProtocol: true } });
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      stream.on('data', () => stream.end(fromServer('and you')));
    });
    const lines: string[] = [];
    server.on('keylog', (line: Buffer) => lines.push(line.toString()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const bytes = await capture(port, async () => {
      const client = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
      await once(client, 'remoteSettings');
      const socket = client.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' });
      socket.end(fromClient('hello'));
      await once(socket.resume(), 'end');
      client.close();
      await once(client, 'close');
    });
    server.close();
    if (bytes === undefined) skip('no right to capture');
    const file = write('http2-tls.pcap', bytes!);
    const keyLogFile = write('http2-keys.log', lines.join(''));
    const events = await collect(inspectFile(file, { keyLogFile }));
    expect(messagesOf(events)).toEqual(['client: hello', 'server: and you']);
    expect(notesOf(events)).toEqual(['decrypted']);
    expect(ofType(events, 'connection')[0]!.client).toBeUndefined();
  });
});

it.skipIf(!tools || !isInstalled('haproxy'))('HTTP/2 of HAProxy, HTTP/1.1 behind it', async ({ skip }) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(`${data}!`)));
  await once(server, 'listening');
  const behind = (server.address() as AddressInfo).port;
  const before = await freePort();
  const config = [
    'defaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s',
    `frontend f\n bind 127.0.0.1:${before} proto h2\n default_backend b`,
    `backend b\n server s 127.0.0.1:${behind}\n`,
  ].join('\n');
  const proxy = spawn('haproxy', ['-f', write('haproxy.cfg', config), '-db'], { stdio: 'ignore' });
  try {
    await listening(before);
    const bytes = await capture(before, async () => {
      const client = connect(`http://127.0.0.1:${before}`);
      await once(client, 'remoteSettings');
      const socket = client.request({
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':path': '/chat',
        'sec-websocket-version': '13',
      });
      await once(socket, 'response');
      socket.write(fromClient('hello'));
      await once(socket, 'data');
      socket.end(fromClient(Uint8Array.of(3, 232), { opcode: 8 }));
      await once(socket.resume(), 'close');
      client.close();
    });
    if (bytes === undefined) skip('no right to capture');
    const events = await inspectAll(bytes!);
    expect(messagesOf(events)).toEqual(['client: hello', 'server: hello!']);
    expect(ofType(events, 'frame').filter(({ closeCode }) => closeCode === 1000)).toHaveLength(2);
    expect([...faultsOf(events), ...notesOf(events)]).toEqual([]);
  } finally {
    proxy.kill();
    server.close();
  }
});

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Waits until something listens. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = dial(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await setTimeout(20);
  }
}

async function collect(events: AsyncIterable<InspectEvent>): Promise<InspectEvent[]> {
  const all: InspectEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
