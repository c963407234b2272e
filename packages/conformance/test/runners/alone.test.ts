/**
 * Endpoints that are only late, and endpoints that die: nobody is accused of what another has done.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  type CaseResult,
  findCases,
  runClientCases,
  runServerCase,
  runServerCases,
  testClient,
  testServer,
} from '../../src/index.js';
import type { Case } from '../../src/model/case.js';
import { openTimeout, patienceOf } from '../../src/runners/options.js';
import { confirmFailures, ServerRun } from '../../src/runners/server-run.js';
import { runEchoClient, serveSocket } from '../endpoints/echo.mjs';

const cleanUp: (() => void)[] = [];
// At the end of all: the tests wait most of the time, and so they wait beside each other.
afterAll(() => {
  for (const each of cleanUp) each();
});

function urlOf(server: { address(): unknown }): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A server on `ws` whose echo may be held back. */
async function echoing(isHeldBack: (open: number, nth: number) => boolean): Promise<string> {
  const server = new WebSocketServer({ port: 0 });
  cleanUp.push(() => server.close());
  let nth = 0;
  server.on('connection', (socket) => {
    const mine = nth++;
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      if (!isHeldBack(server.clients.size, mine)) socket.send(data, { binary: isBinary });
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return urlOf(server);
}

const IMPATIENT = { timeoutMs: 1000, closeTimeoutMs: 1000 };

describe.concurrent('what fails among others', () => {
  const cases = findCases({ patterns: ['1.1.1', '1.1.2', '1.1.3'] });

  test('and not alone does not count, which is said', async () => {
    const url = await echoing((open) => open > 1);
    const told: CaseResult[] = [];
    const { cases: results } = await runServerCases({ url }, cases, {
      ...IMPATIENT,
      onResult: (result, done, total) => {
        told.push(result);
        expect([done, total]).toEqual([told.length, 3]);
      },
    });
    expect(results.map(({ verdict }) => verdict)).toEqual(['OK', 'OK', 'OK']);
    const late = results.filter(({ earlier }) => earlier !== undefined);
    expect(late.length).toBeGreaterThan(0);
    expect(late[0]!.earlier).toMatchObject({
      verdict: 'FAILED',
      explanation: expect.stringContaining('in time'),
    });
    expect(told.map(({ verdict }) => verdict)).toEqual(['OK', 'OK', 'OK']);
  });

  test('and alone as well is FAILED', async () => {
    const url = await echoing((_, nth) => nth > 0);
    const { cases: results } = await runServerCases({ url }, cases, IMPATIENT);
    expect(results.map(({ verdict, earlier }) => [verdict, earlier?.verdict])).toEqual(
      cases.map(() => ['FAILED', 'FAILED']),
    );
  });

  test('counts at once if that is wanted', async () => {
    const url = await echoing((open) => open > 1);
    const { cases: results } = await runServerCases({ url }, cases, { ...IMPATIENT, confirm: false });
    expect(results.some(({ verdict }) => verdict === 'FAILED')).toBe(true);
  });

  test('is run again for clients, too', async () => {
    let open = 0;
    const start = async (url: string): Promise<void> => {
      open++;
      // A client that cannot do two things at a time.
      if (open === 1) await runEchoClient(url);
      open--;
    };
    const { cases: results } = await runClientCases(start, cases, { ...IMPATIENT, openTimeoutMs: 1500 });
    expect(results.map(({ verdict }) => verdict)).toEqual(['OK', 'OK', 'OK']);
    expect(results.filter(({ earlier }) => earlier !== undefined)).toHaveLength(2);
  });

  test('is run again in tests of a project', async () => {
    const tests = new Map<string, () => Promise<void>>();
    const register = (name: string, run: () => Promise<void>): unknown => tests.set(name.split(':')[0]!, run);
    const seen = new Set<string>();
    // Each case is late the first time; the second never comes back.
    testClient(
      register,
      (url) =>
        seen.has(url.replace(/.*case/, '')) ? runEchoClient(url) : seen.add(url.replace(/.*case/, '')),
      {
        cases: findCases({ patterns: ['1.1.1'] }),
        openTimeoutMs: 1500,
      },
    );
    await tests.get('1.1.1')!();
    const url = await echoing(() => true);
    testServer(register, { url }, { cases: findCases({ patterns: ['1.1.2'] }), ...IMPATIENT });
    await expect(tests.get('1.1.2')!()).rejects.toThrow(/1\.1\.2 is FAILED when it is run again, too/);
  });

  test('is not run again for ever', async () => {
    const late = { verdict: 'FAILED', explanation: '', close: { timeout: 'close' } } as CaseResult;
    const wrong = { ...late, close: { ...late.close, timeout: undefined } };
    const many = findCases({ role: 'server' }).slice(0, 60);
    const results = new Map(many.map((each, nth) => [each, nth < 40 ? late : wrong]));
    const again: Case[] = [];
    await confirmFailures(results, async (each) => {
      again.push(each);
      return results.get(each);
    });
    // Of those that were late 16 are enough, all others take no time.
    expect(again.filter((each) => many.indexOf(each) < 40)).toHaveLength(16);
    expect(again).toHaveLength(16 + 20);
  });
});

describe('how long is waited', () => {
  const [small] = findCases({ patterns: ['1.1.1'] });
  const [large] = findCases({ patterns: ['9.1.6'] });

  test('for a Close is more after a case with more to do', () => {
    expect(patienceOf({}, small!).closeMs).toBeGreaterThanOrEqual(2000);
    expect(patienceOf({}, large!).closeMs).toBeGreaterThanOrEqual(30_000);
    expect(patienceOf({ timeoutMs: 9000 }, large!).closeMs).toBeGreaterThanOrEqual(90_000);
  });

  test('is what is asked for, if it is', () => {
    expect(patienceOf({ closeTimeoutMs: 7, timeoutMs: 1500 }, large!)).toMatchObject({
      closeMs: 7,
      scale: 0.5,
    });
    expect(openTimeout({ openTimeoutMs: 7 })).toBe(7);
  });
});

/**
 * An echo server in whose place there is nobody for a while, or for ever, when it hears what it
 * dies of.
 */
async function mortal(diesOf: RegExp, returnsAfterMs: number | undefined): Promise<string> {
  let port = 0;
  let server: Server;
  const sockets = new Set<Socket>();
  const die = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
    if (returnsAfterMs !== undefined) setTimeout(() => void listen(), returnsAfterMs);
  };
  const listen = async (): Promise<void> => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      serveSocket(socket);
      socket.on('data', (chunk: Buffer) => {
        if (diesOf.test(chunk.toString('latin1'))) die();
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  };
  await listen();
  cleanUp.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `ws://127.0.0.1:${port}/`;
}

/** The first octets of a masked Ping of 125, which the cases 2.4 and 2.6 send. */
const LONG_PING = /^\x89\xfd/;

describe.concurrent('a server that dies of a case', () => {
  const cases = findCases({ role: 'server', patterns: ['1.*', '2.4', '3.*', '4.*'] });

  test('and comes back is run on, and the case is found', async () => {
    const url = await mortal(LONG_PING, 300);
    const { cases: results, deaths } = await runServerCases({ url }, cases);
    expect(results.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    expect(results.filter(({ verdict }) => verdict === 'FAILED').map(({ id }) => id)).toEqual(['2.4']);
    expect(results.find(({ id }) => id === '2.4')!.explanation).toContain(
      'The endpoint was gone after this case',
    );
    expect(deaths!.map(({ culprit, cameBack }) => [culprit, cameBack])).toEqual([['2.4', true]]);
    expect(deaths![0]!.inFlight).toContain('2.4');
  });

  test('and stays away has no result of a case that nobody can tell', async () => {
    const url = await mortal(LONG_PING, undefined);
    const { cases: results, deaths } = await runServerCases({ url }, cases, { openTimeoutMs: 3000 });
    expect(results.filter(({ verdict }) => verdict === 'FAILED')).toEqual([]);
    expect(deaths).toEqual([
      { inFlight: expect.arrayContaining(['2.4']), culprit: undefined, cameBack: false },
    ]);
    expect(results.map(({ id }) => id)).not.toContain('2.4');
  });

  test('is known at once where cases are run one at a time', async () => {
    const url = await mortal(LONG_PING, undefined);
    const one = { openTimeoutMs: 3000, connections: 1 };
    const { cases: results, deaths } = await runServerCases({ url }, cases, one);
    expect(results.filter(({ verdict }) => verdict === 'FAILED').map(({ id }) => id)).toEqual(['2.4']);
    expect(deaths).toEqual([{ inFlight: ['2.4'], culprit: '2.4', cameBack: false }]);
  });

  test('of several cases is found out about each time', async () => {
    const url = await mortal(LONG_PING, 400);
    const two = findCases({ role: 'server', patterns: ['1.1.*', '2.4', '2.11', 'pings.length-125'] });
    const { cases: results, deaths } = await runServerCases({ url }, two);
    const failed = results.filter(({ verdict }) => verdict === 'FAILED').map(({ id }) => id);
    expect(failed).toEqual(deaths!.map(({ culprit }) => culprit).sort());
    expect(failed).toContain('2.4');
    expect(results).toHaveLength(two.length);
  });

  test('while failures are run again is found out about as well', async () => {
    // The second time that it hears this it dies: among others nothing happens.
    let heard = 0;
    const url = await mortal(
      { test: (text: string) => LONG_PING.test(text) && ++heard === 2 } as RegExp,
      undefined,
    );
    const [simple, ping] = findCases({ patterns: ['1.1.1', '2.4'] });
    const wrong = { ...ping!, outcomes: [{ ...ping!.outcomes[0]!, events: [] }] };
    const { cases: results, deaths } = await runServerCases({ url }, [wrong, simple!], {
      openTimeoutMs: 3000,
    });
    expect(results.map(({ verdict }) => verdict).sort()).toEqual(['FAILED', 'OK']);
    expect(deaths).toEqual([{ inFlight: ['2.4'], culprit: '2.4', cameBack: false }]);
  });

  test('is named to the tests behind it', async () => {
    const url = await mortal(LONG_PING, undefined);
    const tests: (() => Promise<void>)[] = [];
    const chosen = findCases({ patterns: ['1.1.1', '2.4'] }).reverse();
    testServer((_, run) => tests.push(run), { url }, { cases: chosen, openTimeoutMs: 300 });
    await expect(tests[0]!()).rejects.toThrow('2.4');
    await wait(10);
    await expect(tests[1]!()).rejects.toThrow(/1\.1\.1 is FAILED.*No connection could be made/);
  });
});

test('a server that can be reached and still has no connection for a case is given up', async () => {
  const cases = findCases({ patterns: ['1.1.1', '1.1.2'] });
  let runs = 0;
  const refused = { verdict: 'FAILED', handshake: { request: '' } } as CaseResult;
  const server = {
    run: async () => {
      runs++;
      return refused;
    },
    isThere: async () => true,
    returnMs: 1000,
  };
  const run = new ServerRun(server, 1, () => {});
  expect(await run.run(cases, true)).toEqual([]);
  expect(run.deaths).toEqual([{ inFlight: [], culprit: undefined, cameBack: false }]);
  expect(runs).toBe(6);
});

describe('a limit of the size of messages', () => {
  test.each(['lengths.text-65537', 'lengths.binary-65537', 'ends.unread-echo', '12.1.18', '9.7.6'])(
    'that is answered with 1009 in %s is no failure',
    async (id) => {
      const server = new WebSocketServer({ port: 0, maxPayload: id.startsWith('9.') ? 4000 : 65_536 });
      cleanUp.push(() => server.close());
      server.on('connection', (socket) =>
        socket
          .on('error', () => {})
          .on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
      );
      await new Promise((resolve) => server.once('listening', resolve));
      const [found] = findCases({ patterns: [id] });
      expect(await runServerCase({ url: urlOf(server) }, found!)).toMatchObject({
        verdict: expect.stringMatching(id.startsWith('12') ? /UNIMPLEMENTED|INFORMATIONAL/ : /INFORMATIONAL/),
      });
    },
  );

  test('is none below 1 KiB', async () => {
    const server = new WebSocketServer({ port: 0, maxPayload: 100 });
    cleanUp.push(() => server.close());
    server.on('connection', (socket) => socket.on('error', () => {}));
    await new Promise((resolve) => server.once('listening', resolve));
    const [found] = findCases({ patterns: ['1.1.2'] });
    expect(await runServerCase({ url: urlOf(server) }, found!)).toMatchObject({
      verdict: 'FAILED',
      close: { remoteCode: 1009 },
    });
  });
});
