import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createConnection, type Socket, type Server as TcpServer } from 'node:net';
import { reject, serve } from 'sanssocket';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../../tools/thorough.js';
import { afterTest, requestText, wait } from './support.js';

/** What clients do that never open a connection, or open one and vanish. */
const CLIENTS: Readonly<Record<string, (socket: Socket, host: string) => unknown>> = {
  'a wrong request, and stays': (socket) => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
  'a wrong request and a byte more, and stays': (socket) =>
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nx'),
  'a wrong request, and goes on sending': (socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const timer = setInterval(() => socket.write('x'.repeat(1000)), 5);
    socket.on('close', () => clearInterval(timer));
  },
  'a wrong request, and resets': (socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    setTimeout(() => socket.resetAndDestroy(), 2);
  },
  'a request that is forbidden, and stays': (socket, host) => socket.write(requestText([], '/no', host)),
  'a request that is decided on for ever': (socket, host) => socket.write(requestText([], '/slow', host)),
  'a request that is decided on, and ends': (socket, host) => socket.end(requestText([], '/slow', host)),
  'a request that is decided on, and resets': (socket, host) => {
    socket.write(requestText([], '/slow', host));
    setTimeout(() => socket.resetAndDestroy(), 2);
  },
  'half a head, and stays': (socket) => socket.write('GET / HTTP/1.1\r\nHo'),
  'half a head, and ends': (socket) => socket.end('GET / HTTP/1.1\r\nHo'),
  'half a head, and resets': (socket) => {
    socket.write('GET / HTTP/1.1\r\nHo');
    setTimeout(() => socket.resetAndDestroy(), 2);
  },
  'a byte a moment': (socket) => {
    const timer = setInterval(() => socket.write('G'), 5);
    socket.on('close', () => clearInterval(timer));
  },
  nothing: () => {},
  'nothing, and ends': (socket) => socket.end(),
  'nothing, and resets': (socket) => socket.resetAndDestroy(),
  'a head without end': (socket) => socket.write(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}`),
  'a right request, and resets at once': (socket, host) => {
    socket.write(requestText([], '/', host));
    setTimeout(() => socket.resetAndDestroy(), 2);
  },
  'a right request, and ends': (socket, host) => socket.end(requestText([], '/', host)),
};

const TIMES = { openingTimeoutMs: 150, lingerTimeoutMs: 100, closeTimeoutMs: 100 };

async function connections(server: TcpServer): Promise<number> {
  return new Promise((resolve, rejects) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : rejects(error)));
  });
}

describe.each(['over TCP', 'behind node:http'])('openings of clients that mean harm, %s', (way) => {
  it.each(Object.keys(CLIENTS))('are gone: %s', async (name) => {
    const http = way === 'over TCP' ? undefined : await listening();
    const server = await serve(
      {
        ...(http === undefined ? { port: 0, hostname: '127.0.0.1' } : { server: http }),
        ...TIMES,
        rules: [({ resourceName }) => (resourceName === '/no' ? { status: 403 } : undefined)],
        authorize: ({ resourceName }) => (resourceName === '/slow' ? new Promise(() => {}) : undefined),
      },
      () => ({}),
    );
    afterTest(() => server.close());
    const count = cases(5, 50);
    const sockets = Array.from({ length: count }, () => {
      const socket = createConnection({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => {});
      socket.resume();
      socket.on('connect', () => CLIENTS[name]!(socket, `127.0.0.1:${server.port}`));
      return socket;
    });
    afterTest(() => {
      for (const socket of sockets) socket.destroy();
    });
    // Each client has been dealt with when the server has no opening, no connection and no socket.
    await wait(50);
    await expect.poll(() => [server.openings, server.connections.size]).toEqual([0, 0]);
    if (http !== undefined) await expect.poll(() => connections(http)).toBe(0);
    for (const socket of sockets) if (!socket.destroyed) socket.end();
    await expect.poll(() => sockets.filter(({ closed }) => !closed).length).toBe(0);
  });

  it('answer late decisions to nobody', async () => {
    const answers: (() => void)[] = [];
    const server = await serve(
      {
        port: 0,
        ...TIMES,
        authorize: async () => {
          await new Promise<void>((resolve) => answers.push(resolve));
          return reject({ status: 401 });
        },
      },
      () => ({}),
    );
    const socket = createConnection({ port: server.port, host: '127.0.0.1' });
    socket.on('error', () => {});
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.write(requestText([], '/', `127.0.0.1:${server.port}`));
    await expect.poll(() => heard).toContain('503');
    for (const answer of answers) answer();
    await server.close();
    expect(heard).not.toContain('401');
  });
});

async function listening(): Promise<HttpServer> {
  // A head that does not come is the HTTP server's affair.
  const http = createHttpServer(
    { headersTimeout: 150, requestTimeout: 150, connectionsCheckingInterval: 20, keepAliveTimeout: 50 },
    (_request, response) => response.writeHead(426, { connection: 'close' }).end(),
  );
  http.timeout = 200;
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  afterTest(() => {
    http.closeAllConnections();
    http.close();
  });
  return http;
}
