import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, OpeningError, reject, type ServeOptions, serve } from 'sanssocket';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { afterTest, rawClient, requestText, wait } from './support.js';

async function started<Identity>(
  options: Omit<ServeOptions<Identity>, 'port'>,
  handlers: Parameters<typeof serve<Identity>>[1] = () => ({}),
): Promise<Awaited<ReturnType<typeof serve<Identity>>> & { readonly url: string }> {
  const server = await serve<Identity>({ port: 0, hostname: '127.0.0.1', ...options }, handlers);
  afterTest(() => server.close({ timeoutMs: 100 }));
  return Object.assign(server, { url: `ws://127.0.0.1:${server.port}/` });
}

/** The status line of the answer to a request. */
async function answer(port: number, request: string): Promise<string> {
  const { socket, heard, ended } = await rawClient(port);
  socket.write(request);
  await expect.poll(heard).toContain('\r\n\r\n');
  if (!heard().startsWith('HTTP/1.1 101')) await ended;
  socket.destroy();
  return heard().split('\r\n', 1)[0]!;
}

describe('serve', () => {
  it('talks to ws, which compresses, both ways', async () => {
    const server = await started({ protocols: ['b'] }, (connection) => ({
      text: (text) => connection.sendText(text),
      binary: (bytes) => connection.sendBinary(bytes),
    }));
    const ws = new WebSocket(server.url, ['a', 'b']);
    const heard: string[] = [];
    ws.on('message', (data) => {
      heard.push(String(data));
      if (heard.length === 3) ws.close(1000);
    });
    await once(ws, 'open');
    expect(ws.protocol).toBe('b');
    expect(ws.extensions).toBe('permessage-deflate');
    expect([...server.connections].map(({ protocol }) => protocol)).toEqual(['b']);
    const messages = ['short', 'x'.repeat(5000), 'ü'.repeat(100_000)];
    for (const message of messages) ws.send(message);
    expect((await once(ws, 'close'))[0]).toBe(1000);
    expect(heard).toEqual(messages);
    await expect.poll(() => server.connections.size).toBe(0);
  });

  it('lets in by path, origin, host and rules, and says why not', async () => {
    const server = await started({
      paths: ['/chat'],
      rules: [({ headers }) => (headers.includes('X-Odd') ? { status: 418 } : undefined)],
    });
    const { port } = server;
    const own = `127.0.0.1:${port}`;
    const asked = (path: string, host: string, ...lines: string[]): Promise<string> =>
      answer(port, requestText(lines, path, host));
    expect(await asked('/chat?room=1', own)).toContain(' 101 ');
    expect(await asked('/chat', own, `Origin: http://${own}`)).toContain(' 101 ');
    expect(await asked('/chat', own, `Origin: https://${own}`)).toContain(' 101 ');
    expect(await asked('/', own)).toContain(' 404 ');
    expect(await asked('/chat', own, 'Origin: http://evil.example')).toContain(' 403 ');
    expect(await asked('/chat', own, 'Origin: null')).toContain(' 403 ');
    expect(await asked('/chat', own, 'Origin: http://127.0.0.1')).toContain(' 403 ');
    // A page whose name was made to lead here (DNS rebinding).
    expect(await asked('/chat', `evil.example:${port}`, `Origin: http://evil.example:${port}`)).toContain(
      ' 421 ',
    );
    expect(await asked('/chat', own, 'X-Odd: 1')).toContain(' 418 ');
    expect(await answer(port, 'GET /chat HTTP/1.1\r\nHost: localhost\r\n\r\n')).toContain(' 400 ');
    expect(await answer(port, 'nonsense\r\n\r\n')).toContain(' 400 ');
    await expect.poll(() => server.openings).toBe(0);
  });

  it('gives headers by name, in any letter case, several lines as one', async () => {
    const seen: (string | undefined)[] = [];
    const server = await started({
      authorize(request) {
        seen.push(request.header('cookie'), request.header('X-A'), request.header('x-none'));
        return undefined;
      },
    });
    const lines = ['Cookie: a=1', 'COOKIE: b=2', 'x-a: 1', 'X-A: 2'];
    expect(await answer(server.port, requestText(lines, '/', '127.0.0.1'))).toContain(' 101 ');
    expect(seen).toEqual(['a=1; b=2', '1, 2', undefined]);
  });

  it('takes any origin, or some, where the options say so', async () => {
    const any = await started({ origins: 'any' });
    expect(await answer(any.port, requestText(['Origin: http://evil.example']))).toContain(' 101 ');
    const some = await started({ origins: ['https://a.example'], hosts: ['a.example'] });
    const asked = (origin: string): Promise<string> =>
      answer(some.port, requestText([`Origin: ${origin}`], '/', 'A.example:1'));
    expect(await asked('https://a.example')).toContain(' 101 ');
    expect(await asked('http://a.example')).toContain(' 403 ');
  });

  it('asks authorize, which may take its time, say no, or fail', async () => {
    const errors: unknown[] = [];
    const server = await started<{ name: string }>(
      {
        async authorize({ resourceName, remoteAddress }) {
          await wait(1);
          if (resourceName === '/throws') throw new Error('no database');
          if (resourceName !== '/ada')
            return reject({ status: 401, headers: [['WWW-Authenticate', 'Basic']] });
          return { name: `Ada of ${remoteAddress}` };
        },
        headers: ({ resourceName }) => [['X-Was', resourceName]],
        onError: (error) => errors.push(error),
      },
      (connection, { host }, { name }) => {
        connection.sendText(`welcome ${name} to ${host}`);
        return {};
      },
    );
    const heard = await new Promise<string>((resolve) => {
      void connect(`${server.url}ada`, { text: resolve });
    });
    expect(heard).toBe(`welcome Ada of 127.0.0.1 to 127.0.0.1:${server.port}`);
    const failures = await Promise.all(
      ['eve', 'throws'].map((path) => connect(server.url + path, {}).catch((error: unknown) => error)),
    );
    expect(failures.map((error) => (error as OpeningError).status)).toEqual([401, 500]);
    expect((failures[0] as OpeningError).outcome).toMatchObject({
      kind: 'unauthorized',
      challenges: ['Basic'],
    });
    expect(errors).toEqual([expect.objectContaining({ message: 'no database' })]);
  });

  it('answers a throwing rule, headers function and synchronous authorize with 500, and goes on', async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown): unknown => errors.push(error);
    const fail = (): never => {
      throw new Error('odd');
    };
    for (const options of [{ rules: [fail] }, { headers: fail }, { authorize: fail }]) {
      const server = await started({ ...options, onError });
      await expect(connect(server.url, {})).rejects.toMatchObject({ status: 500 });
    }
    const wrong = await started({ headers: () => [['Sec-WebSocket-Accept', 'x']], onError });
    await expect(connect(wrong.url, {})).rejects.toMatchObject({ status: 500 });
    const without = await started({ onError }, fail);
    const connection = await connect(without.url, {});
    expect((await connection.finished()).code).toBe(1011);
    expect(errors).toHaveLength(5);
    await expect.poll(() => without.connections.size).toBe(0);
  });

  it('has limits of connections, of an address and of openings', async () => {
    const server = await started({ maxConnections: 2 });
    const open = [await connect(server.url, {}), await connect(server.url, {})];
    await expect(connect(server.url, {})).rejects.toMatchObject({ status: 503 });
    open[0]!.terminate();
    await expect.poll(() => server.connections.size).toBe(1);
    open.push(await connect(server.url, {}));
    const each = await started({ maxConnectionsPerAddress: 1 });
    const one = await connect(each.url, {});
    await expect(connect(each.url, {})).rejects.toMatchObject({ status: 503 });
    one.close();
    await one.finished();
    await expect.poll(() => each.connections.size).toBe(0);
    await connect(each.url, {});
    const few = await started({ maxOpenings: 3 });
    const silent = [await rawClient(few.port), await rawClient(few.port), await rawClient(few.port)];
    await expect.poll(() => few.openings).toBe(3);
    await (await rawClient(few.port)).ended;
    expect(few.openings).toBe(3);
    for (const { socket } of silent) socket.destroy();
    await expect.poll(() => few.openings).toBe(0);
    await connect(few.url, {});
  });

  it('never counts a client for ever that leaves while it is decided on', async () => {
    const server = await started({
      maxConnections: 1,
      async authorize() {
        await wait(30);
        return undefined;
      },
    });
    for (let i = 0; i < 5; i++) {
      const { socket } = await rawClient(server.port);
      socket.write(requestText([], '/', '127.0.0.1'));
      await expect.poll(() => server.openings).toBe(1);
      if (i % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
      await expect.poll(() => server.openings).toBe(0);
    }
    await wait(40);
    await connect(server.url, {});
  });

  it('broadcasts to all, to some, to all but one', async () => {
    const server = await started({});
    const heard: string[][] = [[], [], []];
    const clients = [];
    for (const lines of heard) clients.push(await connect(server.url, { text: (text) => lines.push(text) }));
    const [first, second] = [...server.connections];
    expect(server.broadcast('all')).toBe(3);
    expect(server.broadcast('not the first', { except: first! })).toBe(2);
    expect(server.broadcast('second', { to: [second!] })).toBe(1);
    expect(server.broadcast(Uint8Array.of(1))).toBe(3);
    await expect
      .poll(() => heard)
      .toEqual([['all'], ['all', 'not the first', 'second'], ['all', 'not the first']]);
  });

  it('passes over who does not read, and tells when there is room again', async () => {
    const server = await started({});
    const { socket } = await rawClient(server.port);
    socket.write(requestText([], '/', '127.0.0.1'));
    await expect.poll(() => server.connections.size).toBe(1);
    socket.pause();
    const [slow] = [...server.connections];
    const block = 'x'.repeat(1_000_000);
    while (!slow!.needDrain) {
      slow!.sendText(block);
      await wait(1);
    }
    expect(server.broadcast('quick', { skipSlow: true })).toBe(0);
    let drained: boolean | undefined;
    const waits = slow!.drained().then((able) => {
      drained = able;
    });
    await wait(20);
    expect(drained).toBeUndefined();
    socket.resume();
    await waits;
    expect(drained).toBe(true);
    expect(server.broadcast('quick', { skipSlow: true })).toBe(1);
    expect(await slow!.drained()).toBe(true);
    socket.destroy();
    await slow!.finished();
    expect(await slow!.drained()).toBe(false);
  });

  it('ends gracefully: 1001, waits, then cuts off who does not go', async () => {
    const server = await serve({ port: 0, hostname: '127.0.0.1' }, () => ({}));
    const polite = await connect(`ws://127.0.0.1:${server.port}/`, {});
    const rude = await rawClient(server.port);
    rude.socket.write(requestText([], '/', '127.0.0.1'));
    await expect.poll(() => server.connections.size).toBe(2);
    const silent = await rawClient(server.port);
    await expect.poll(() => server.openings).toBe(1);
    const closed = server.close({ reason: 'bye', timeoutMs: 200 });
    expect(await polite.finished()).toMatchObject({ wasClean: true, code: 1001, reason: 'bye' });
    await silent.ended;
    await expect(connect(`ws://127.0.0.1:${server.port}/`, {})).rejects.toBeInstanceOf(OpeningError);
    await closed;
    await rude.ended;
    expect(server.connections.size + server.openings).toBe(0);
    await server.close();
  });

  it('serves on a Unix socket, an upgrade event, an HTTP server, and sockets of its own', async () => {
    const echo: Parameters<typeof serve>[1] = (connection) => ({ text: (text) => connection.sendText(text) });
    const ask = async (url: string, net = {}): Promise<string> => {
      const heard = new Promise<string>((resolve, rejects) => {
        connect(
          url,
          (connection) => ({
            text(text) {
              connection.close();
              resolve(text);
            },
          }),
          { net },
        ).then((connection) => connection.sendText('hi'), rejects);
      });
      return heard;
    };
    const path = join(tmpdir(), `sanssocket-test-${process.pid}`);
    const unix = await serve({ path }, echo);
    afterTest(() => unix.close());
    expect(unix.hostname).toBe(path);
    expect(await ask('ws://localhost/', { path })).toBe('hi');

    const http = createHttpServer((_request, response) => response.end('page'));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const beside = await serve({ server: http, paths: ['/ws'] }, echo);
    expect(beside.port).toBe(port);
    expect(await ask(`ws://127.0.0.1:${port}/ws`)).toBe('hi');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('page');
    await expect(ask(`ws://127.0.0.1:${port}/other`)).rejects.toMatchObject({ status: 404 });
    await beside.close();
    expect(http.listenerCount('upgrade')).toBe(0);
    const own = createServer({}, echo);
    http.on('upgrade', (request, socket, head) => own.upgrade(request, socket, head));
    expect(await ask(`ws://127.0.0.1:${port}/any`)).toBe('hi');
    await own.close();
    http.close();

    const taker = createServer({}, echo);
    const tcp = createTcpServer((socket) => taker.accept(socket)).listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    afterTest(() => tcp.close());
    expect(await ask(`ws://127.0.0.1:${(tcp.address() as AddressInfo).port}/`)).toBe('hi');
    await taker.close();
  });

  it('says what is wrong with its options, and when it cannot listen', async () => {
    const none = () => ({});
    await expect(serve({}, none)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(serve({ port: 0, path: '/x' }, none)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(serve({ port: 0, prot: 1 } as never, none)).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
    await expect(serve({ port: 0, maxOpenings: 0 }, none)).rejects.toBeInstanceOf(RangeError);
    await expect(serve({ port: 0, compression: 'yes' as never }, none)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(serve({ port: 0 }, {} as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(() => createServer({ port: 1 } as never, none)).toThrow(
      expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
    );
    const server = await started({});
    await expect(serve({ port: server.port, hostname: '127.0.0.1' }, none)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
