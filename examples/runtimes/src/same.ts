/**
 * One program for Node, Bun and Deno: servers and clients of `sanssocket`, their ends, limits and
 * errors. It prints a line for each thing that it sees, and the same lines everywhere.
 * The arguments are files with a key and a certificate for `localhost`, for a second part over TLS.
 */
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import process from 'node:process';
import { connect, OpeningError, reconnect, reject, serve } from 'sanssocket';

const [keyFile, certificateFile] = process.argv.slice(2);

/** Prints a line; ports differ from run to run. */
function say(...words: readonly unknown[]): void {
  const line = words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' ');
  console.log(line.replace(/(?<=[:\]]):?\d{4,5}\b/g, 'PORT'));
}

/** Waits until something is so; says so if it never is. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 1000) {
      say('never:', what);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function attempt(name: string, opening: Promise<{ terminate(): void }>): Promise<void> {
  try {
    (await opening).terminate();
    say(name, 'opens');
  } catch (error) {
    if (error instanceof OpeningError) say(name, error.code, error.status ?? '-');
    else say(name, 'rejects with', String(error));
  }
}

const echo = (connection: { sendText(text: string): boolean; sendBinary(bytes: Uint8Array): boolean }) => ({
  text: (text: string) => connection.sendText(text),
  binary: (bytes: Uint8Array) => connection.sendBinary(bytes),
});

/** Messages of many lengths, there and back; the end of either side. */
async function messages(url: string, tls?: object): Promise<void> {
  for (const compression of [true, false]) {
    const heard: number[] = [];
    const lengths = [0, 1, 125, 126, 1000, 65_535, 65_536, 1_000_000, 5];
    const connection = await connect(
      url,
      { text: (text) => heard.push(text.length), binary: ({ length }) => heard.push(length) },
      { compression, protocols: ['other', 'v1'], ...(tls && { tls }) },
    );
    for (const length of lengths) {
      connection.sendText('ab'.repeat(length / 2));
      connection.sendBinary(new Uint8Array(length).fill(length));
      if (!(await connection.drained())) say('it is gone');
    }
    await until('all echoed', () => heard.length === 2 * lengths.length);
    connection.close(4000, 'enough');
    const { code, reason, wasClean } = await connection.finished();
    say('compression', compression, connection.protocol, heard, code, reason, wasClean);
    say('sent to nobody:', connection.sendText('late'));
  }
}

async function openings(port: number): Promise<void> {
  const url = `ws://127.0.0.1:${port}`;
  await attempt('ws:', connect(`${url}/`, {}));
  await attempt('http:', connect(`http://localhost:${port}/`, {}));
  await attempt('user information', connect(`ws://user:secret@127.0.0.1:${port}/who`, {}));
  await attempt('no user information', connect(`${url}/who`, {}));
  await attempt('another path', connect(`${url}/no`, {}));
  await attempt('another origin', connect(`${url}/`, {}, { origin: 'http://evil.example' }));
  await attempt('another host', connect(`${url}/`, {}, { headers: [['Host', 'evil.example']] }));
  await attempt('an exception in authorize', connect(`${url}/throws`, {}));
  await attempt('a subprotocol that is not spoken', connect(`${url}/`, {}, { protocols: ['v9'] }));
  await attempt('a redirect', connect(`${url}/moved`, {}));
  await attempt('a redirect, followed', connect(`${url}/moved`, {}, { maxRedirects: 1 }));
  await attempt('nobody there', connect('ws://127.0.0.1:9/', {}));
  await attempt('no such name', connect('ws://nobody.invalid/', {}, { openingTimeoutMs: 5000 }));
  await attempt('TLS to a server without', connect(`wss://localhost:${port}/`, {}));
  await attempt('no URL', connect('nonsense', {}));
  await attempt('aborted before', connect(`${url}/`, {}, { signal: AbortSignal.abort(new Error('enough')) }));
  const silent = createTcpServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port: quiet } = silent.address() as { port: number };
  await attempt('silence', connect(`ws://127.0.0.1:${quiet}/`, {}, { openingTimeoutMs: 100 }));
  const controller = new AbortController();
  const aborted = connect(`ws://127.0.0.1:${quiet}/`, {}, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await attempt('aborted meanwhile', aborted);
  silent.close();
}

async function servers(port: number, server: Awaited<ReturnType<typeof serve>>): Promise<void> {
  const heard: string[] = [];
  const open = (name: string) =>
    connect(`ws://127.0.0.1:${port}/`, { text: (text) => heard.push(`${name} ${text}`) });
  const [first, second] = [await open('first'), await open('second')];
  await attempt('a third', open('third'));
  await until('two of them', () => server.connections.size === 2);
  const [one] = server.connections;
  say('broadcast to', server.broadcast('to all'), server.broadcast('to the other', { except: one! }));
  await until('broadcast', () => heard.length === 3);
  say(heard.sort());
  first.terminate();
  await until('one of them', () => server.connections.size === 1);
  say('cut off:', (await first.finished()).code);
  await server.close();
  say('server closed:', (await second.finished()).code, server.connections.size, server.openings);
  await attempt('a server that has ended', open('nobody'));
}

async function comingBack(): Promise<void> {
  const handlers = { text: (text: string) => say('heard', text) };
  const make = (port: number) => serve({ port, hostname: '127.0.0.1' }, echo);
  const first = await make(0);
  let losses = 0;
  const link = reconnect(`ws://127.0.0.1:${first.port}/`, handlers, {
    backoff: { firstMs: 20, maxMs: 40 },
    onLost: ({ closeInfo, error, unsent }) => {
      losses++;
      if (losses === 1) say('lost', closeInfo?.code, error === undefined, unsent.length);
    },
  });
  await link.connected();
  await first.close();
  await until('loss', () => losses > 2);
  say('state is open:', link.state === 'open');
  const second = await make(first.port);
  await link.connected();
  link.sendText('again');
  await until('echo', () => second.connections.size === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await link.close();
  await until('nobody', () => second.connections.size === 0);
  say('ended:', link.state);
  await second.close();
}

const server = await serve(
  {
    port: 0,
    hostname: '127.0.0.1',
    protocols: ['v1'],
    maxConnections: 2,
    paths: ['/', '/who', '/throws', '/moved'],
    onError: (error) => say('server:', String(error)),
    authorize({ resourceName, headers }) {
      const credentials = headers[headers.findIndex((name) => name.toLowerCase() === 'authorization') + 1];
      if (resourceName === '/throws') throw new Error('out of order');
      if (resourceName === '/moved') return reject({ status: 302, headers: [['Location', '/']] });
      if (resourceName === '/who' && credentials !== 'Basic dXNlcjpzZWNyZXQ=') return reject({ status: 401 });
      return undefined;
    },
  },
  echo,
);
await messages(`ws://localhost:${server.port}/`);
await openings(server.port);
await until('all gone', () => server.connections.size + server.openings === 0);
await servers(server.port, server as never);
await comingBack();
if (keyFile !== undefined) {
  const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certificateFile!, 'utf8')];
  const secure = await serve({ port: 0, hostname: 'localhost', protocols: ['v1'], tls: { key, cert } }, echo);
  const url = `wss://localhost:${secure.port}/`;
  const trust = 'Deno' in globalThis ? { caCerts: [cert] } : { ca: cert };
  await messages(url, trust);
  await attempt('a certificate that nobody knows', connect(url, {}));
  await attempt(
    'a certificate for another name',
    connect(url.replace('localhost', '127.0.0.1'), {}, { tls: trust }),
  );
  // The words of the answer are the TLS library's.
  await connect(url.replace('wss', 'ws'), {}).catch(() => say('plain text to TLS: no connection'));
  await secure.close({ timeoutMs: 2000 });
  say('TLS server closed:', secure.connections.size, secure.openings);
}
say('end');
process.exit();
