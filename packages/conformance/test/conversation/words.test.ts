/** Words of results are true: nothing is unfinished, instant or forbidden that is not. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { findCases, runServerCase } from '../../src/index.js';
import { readAnswer } from '../../src/opening/deflate-agreement.js';
import { junitXml } from '../../src/reports/junit.js';
import { indexPage } from '../../src/reports/pages.js';
import { ANSWERS } from '../endpoints/faulty/faults-opening.js';
import { startFaultyServer } from '../endpoints/faulty/server.js';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const each of cleanUp.splice(0)) each();
});

async function againstOneThatAccepts(id: string) {
  const fault = ANSWERS.find(({ name }) => name === 'accepts every request')!;
  const server = await startFaultyServer('tcp', fault, { key: '', cert: '' });
  cleanUp.push(() => server.close());
  return runServerCase(server, findCases({ patterns: [id] })[0]!);
}

describe('a case that its opening handshake decided', () => {
  test('has finished that, and took its time', async () => {
    const result = await againstOneThatAccepts('request.http-1.0');
    expect(result).toMatchObject({
      verdict: 'FAILED',
      explanation: 'The handshake was accepted, which should have been rejected.',
      handshake: { status: 101 },
      close: { whyNotClean: 'the opening handshake decided the case', timeout: undefined },
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
    expect(result.durationMs).toBeLessThanOrEqual(Date.now() - result.startedAt);
  });

  test('is not said to break a rule where there is none', async () => {
    const result = await againstOneThatAccepts('request.head-leading-*');
    expect(result).toMatchObject({
      verdict: 'INFORMATIONAL',
      explanation: 'The handshake was accepted, which is left to the server: no MUST or SHOULD is about it.',
    });
  });

  test('was not finished if nothing came', async () => {
    const server: Server = createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUp.push(() => server.close());
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const [simple] = findCases({ patterns: ['1.1.1'] });
    expect(await runServerCase({ url }, simple!, { openTimeoutMs: 100 })).toMatchObject({
      close: { whyNotClean: 'the opening handshake was not finished', timeout: 'opening' },
    });
  });
});

test('an answer that accepts no offer is told with what is missing', () => {
  const plan = { offers: ['server_no_context_takeover', 'server_max_window_bits=9'], answers: [] };
  expect(readAnswer(plan, ['permessage-deflate'])).toMatchObject({
    message: expect.stringMatching(
      /: server_no_context_takeover was asked for and is not in the answer; or server_max_window_bits of 9 at most was asked for$/,
    ),
  });
});

test('a rule about two extensions is named', () => {
  const [twice] = findCases({ patterns: ['answer.extension-twice'] });
  expect(twice).toMatchObject({ section: 'RFC7692 5.1', wrong: expect.stringContaining('may not share') });
  expect(twice!.wrong).toContain('RSV1');
});

test('a server that sends messages without end is read no further', async () => {
  const server = new WebSocketServer({ port: 0 });
  cleanUp.push(() => server.close());
  let sent = 0;
  server.on('connection', (socket) => {
    socket
      .on('error', () => {})
      .on('message', () => {
        const more = (): void => {
          sent++;
          if (sent < 2000) socket.send(Buffer.alloc(65_536), () => setImmediate(more));
        };
        more();
      });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const [simple] = findCases({ patterns: ['1.1.2'] });
  const result = await runServerCase(
    { url },
    {
      ...simple!,
      deadlineMs: 60_000,
      outcomes: [{ ...simple!.outcomes[0]!, events: 'exchanged' }],
      steps: [...simple!.steps, { do: 'await-close' }],
    },
  );
  expect(result.verdict).toBe('FAILED');
  // All that it is kept of is what is kept of each.
  expect(result.events.length * 65_536).toBeLessThanOrEqual(2 * 1024 * 1024);
  expect(JSON.stringify(result.log)).toContain('octets of messages: nothing more is read');
});

describe('reports', () => {
  const death = { inFlight: ['1.1.1', '2.4'], culprit: undefined, cameBack: false };
  const agent = {
    agent: 'a',
    role: 'server',
    target: 'ws://x/',
    startedAt: 0,
    durationMs: 1,
    cases: [],
    deaths: [death],
  } as const;
  const report = {
    agents: [agent],
    cases: findCases({ patterns: ['1.1.1', '2.4'] }),
    commandFor: () => 'again',
  };

  test('have a failure for an endpoint that died of nobody knows which case', () => {
    const xml = junitXml(report);
    expect(xml).toContain('tests="1" failures="1"');
    expect(xml).toContain('or had just ended: 1.1.1 2.4');
  });

  test('count on the page what was run, and say why it is not all', () => {
    const page = indexPage(report, () => 'x.html');
    expect(page).toContain('<p>0 of 2 cases');
    expect(page).toContain('2 of the 2 cases have no result: 2 in flight when the endpoint died.');
    expect(page).toContain('None of them counts as FAILED');
  });
});
