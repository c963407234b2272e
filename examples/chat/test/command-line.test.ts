/** The two programs as a user starts them: from `dist`, with arguments, environment, standard input and signals. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ChatServer } from '../src/server.js';
import { DIST, Program } from './program.js';
import { Chatter, listen, openClient, startChat, startEcho } from './support.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

beforeAll(() => {
  if (!existsSync(`${DIST}client.js`)) throw new Error('run `npm run build` first: these tests start dist');
});

describe('the server', () => {
  it('prints its address, and says 1001 when it is stopped', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const server = new Program('main.js', [], { PORT: '0' });
      const [, port] = (await server.printed('http://')).match(/^chat: http:\/\/localhost:(\d+)\/$/)!;
      const client = await openClient(`ws://localhost:${port}/ws`);
      server.process.kill(signal);
      expect(await client.outcome()).toMatchObject({ wasClean: true, code: 1001 });
      expect(await server.exitCode).toBe(0);
      expect(server.errors).toBe('');
    }
  });

  it('ends as it should when it is told so at once', async () => {
    for (const wait of [60, 120, 180, 240, 300]) {
      const server = new Program('main.js', [], { PORT: '0' });
      await new Promise((resolve) => setTimeout(resolve, wait));
      server.process.kill('SIGTERM');
      const code = await server.exitCode;
      // Before any of its code has run there is nobody to catch a signal.
      if (code !== null) expect(code).toBe(0);
      else expect(server.lines.all).toEqual([]);
    }
  });

  it('explains its arguments, and says in a line which of them is wrong', async () => {
    const help = new Program('main.js', ['--help']);
    expect(await help.exitCode).toBe(0);
    for (const part of [
      '--port <port>',
      '--host <address>',
      '--hosts <names>',
      '--workers <count>',
      '--broker <url>',
    ]) {
      expect(help.lines.all.join('\n')).toContain(part);
    }
    const cases: [string[], Record<string, string>, string][] = [
      [['--workers', 'many'], {}, 'many is not a number from 1 to 64'],
      [['--workers', '0'], {}, '0 is not a number from 1 to 64'],
      [[], { WORKERS: '-1' }, '-1 is not a number from 1 to 64'],
      [['--hosts', 'a b'], {}, '"a b" is not the name of a host'],
      [[], { HOSTS: 'a,,b' }, '"" is not the name of a host'],
      [[], { BROKER: 'localhost' }, 'a broker is nats://HOST:PORT, not localhost'],
      [['--prot', '1'], {}, "unknown option '--prot'"],
      [['8080'], {}, 'too many arguments'],
      [['--host', '203.0.113.7'], {}, 'EADDRNOTAVAIL'],
    ];
    await Promise.all(
      cases.map(async ([args, env, message]) => {
        const server = new Program('main.js', args, { PORT: '0', ...env });
        expect(await server.exitCode, message).toBe(1);
        expect(server.errors).toMatch(/^chat: [^\n]+\n$/);
        expect(server.errors).toContain(message);
      }),
    );
  });

  it('says what the project is before its address', async () => {
    const server = new Program('main.js', [], { PORT: '0' });
    await server.printed('http://');
    const [first] = server.lines.all;
    expect(first).toMatch(/^sanssocket: the WebSocket protocol, without the socket\./);
    expect(server.lines.all.at(-1)).toMatch(/^chat: /);
    server.process.kill('SIGTERM');
    expect(await server.exitCode).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('ends when npm is told to', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const npm = spawn('npm', ['start'], { cwd: ROOT, env: { ...process.env, PORT: '0' }, detached: true });
      let output = '';
      npm.stdout.on('data', (text) => {
        output += text;
      });
      await expect.poll(() => output).toMatch(/^chat: http:\/\/localhost:\d+\/$/m);
      const port = /localhost:(\d+)/.exec(output)![1];
      const client = await openClient(`ws://localhost:${port}/ws`);
      // Ctrl-C goes to all that runs in a terminal, `kill` to npm alone.
      if (signal === 'SIGINT') process.kill(-npm.pid!, signal);
      else npm.kill(signal);
      expect(await client.outcome()).toMatchObject({ wasClean: true, code: 1001 });
      await client.socketClosed;
    }
  });

  it('says in a line what is wrong with the port', async () => {
    const { port } = await startChat();
    const cases = [
      [String(port), `chat: port ${port} is taken; set PORT to another one\n`],
      [
        'http',
        "chat: option '--port <port>' value 'http' from env 'PORT' is invalid. http is not a port number\n",
      ],
      [
        '65536',
        "chat: option '--port <port>' value '65536' from env 'PORT' is invalid. 65536 is not a port number\n",
      ],
    ] as const;
    for (const [value, message] of cases) {
      const server = new Program('main.js', [], { PORT: value });
      expect(await server.exitCode).toBe(1);
      expect(server.errors).toBe(message);
    }
  });
});

describe('the client', () => {
  it('chats, and leaves at the end of its input', async () => {
    const { url } = await startChat();
    const ada = await Chatter.join(url, 'ada');
    const client = new Program('client.js', [url, '--name', 'bob']);
    await client.printed('* you are <bob>; here: <ada>, <bob>');
    ada.say('hello \u001b[31mbob');
    await client.printed('<ada> hello  [31mbob');
    client.process.stdin!.write('hello ada\n\nand');
    await ada.next('said', 'hello ada');
    const eve = await Chatter.join(url, 'eve');
    await client.printed('* <eve> joined');
    eve.endpoint.connection.close(4000, 'bored');
    eve.endpoint.host.flush();
    await client.printed('* <eve> left: "4000 bored"');
    client.process.stdin!.end(' bye');
    await ada.next('said', 'and bye');
    expect(await ada.left('bob')).toBe('');
    expect(await client.exitCode).toBe(0);
    expect(client.errors).toBe('');
  });

  it('answers pings, and leaves cleanly when interrupted', async () => {
    const { url, endpoints } = await startEcho();
    const client = new Program('client.js', [url]);
    const server = await endpoints.until(() => true);
    await server.next('text');
    server.connection.ping(Uint8Array.of(7));
    server.host.flush();
    expect([...(await server.next('pong')).bytes]).toEqual([7]);
    client.process.kill('SIGINT');
    expect(await server.outcome()).toMatchObject({ wasClean: true, code: 1000 });
    expect(await client.exitCode).toBe(0);
  });

  it('joins the local chat when it is told no address', async () => {
    const { port } = await startChat();
    const client = new Program('client.js', [], { PORT: String(port) });
    await client.printed('* you are <guest>');
    client.process.stdin!.end();
    expect(await client.exitCode).toBe(0);
  });

  it('explains itself', async () => {
    const client = new Program('client.js', ['--help']);
    expect(await client.exitCode).toBe(0);
    const help = client.lines.all.join('\n');
    for (const part of ['Usage: chat:client [options] [url]', '--name <name>', 'ws://localhost:8080/ws']) {
      expect(help).toContain(part);
    }
  });

  it('comes back to a server that has begun anew', async () => {
    const { chat, url, port } = await startChat({ closeTimeoutMs: 1000 });
    const client = new Program('client.js', [url]);
    await client.printed('you are <guest>');
    await chat.close();
    await client.printed('* the connection was closed: 1001 the server is going away; coming back');
    client.process.stdin!.write('meanwhile\n');
    const second = new ChatServer();
    await second.listen(port);
    onTestFinished(() => void second.close());
    const ada = await Chatter.join(url, 'ada');
    await ada.next('said', 'meanwhile');
    client.process.stdin!.end();
    expect(await client.exitCode).toBe(0);
    expect(client.errors).toBe('');
  });

  it('says why it has no connection', async () => {
    const { port } = await startChat();
    const plain = createServer((_, response) => response.end('<h1>not a chat</h1>'));
    const plainPort = await listen(plain);
    const closedPort = await listen(createServer());
    const cases: [string[], string][] = [
      [[], 'cannot connect to localhost:1: ECONNREFUSED; is there a chat?'],
      [['http://localhost/'], 'a WebSocket URI is of the scheme ws or wss, not http'],
      [['nonsense'], 'a WebSocket URI is ws: or wss:'],
      [['--shout', 'ws://localhost/'], "unknown option '--shout'"],
      [['ws://localhost:1/'], 'cannot connect to localhost:1: ECONNREFUSED'],
      [
        [`ws://localhost:${port}/nowhere`],
        'the server refused with 404 Not Found: nothing to connect to here',
      ],
      [[`ws://localhost:${plainPort}/`], 'the server refused with 200 OK: '],
      [[`wss://localhost:${closedPort}/`], `cannot connect to localhost:${closedPort}: `],
    ];
    for (const [args, message] of cases) {
      const client = new Program('client.js', args, { PORT: '1' });
      expect(await client.exitCode, message).toBe(1);
      expect(client.errors).toContain(`chat:client: ${message}`);
      expect(client.errors.trim().split('\n').length).toBe(1);
    }
  });
});
