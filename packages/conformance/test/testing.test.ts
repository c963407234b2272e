import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { findCases, testClient, testServer } from '../src/index.js';
import { runEchoClient, startEchoServer } from './endpoints/echo.mjs';

/** Collects what is registered, to be run by hand. */
function collector(): {
  register: (name: string, run: () => Promise<void>) => void;
  tests: Map<string, () => Promise<void>>;
} {
  const tests = new Map<string, () => Promise<void>>();
  return { register: (name, run) => tests.set(name.split(':')[0]!, run), tests };
}

describe('cases as tests', () => {
  test('of a server: one each, of what is quick and over TCP', async () => {
    const server = await startEchoServer();
    const { register, tests } = collector();
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    testServer(register, () => ({ url }));
    expect(tests.size).toBe(
      findCases({ role: 'server', quick: true }).filter(({ transport }) => transport === 'tcp').length,
    );
    await tests.get('1.1.1')!();
    server.close();
  });

  test('of a client', async () => {
    const { register, tests } = collector();
    testClient(register, runEchoClient, {
      cases: findCases({ patterns: ['1.1.1', '7.13.1'] }),
      known: { '7.13.1': 'INFORMATIONAL' },
    });
    expect([...tests.keys()]).toEqual(['1.1.1', '7.13.1']);
    for (const run of tests.values()) await run();
  });

  test('fail with the reason, and where the known has changed', async () => {
    const server = await startEchoServer();
    const { register, tests } = collector();
    const target = { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` };
    const cases = findCases({ patterns: ['1.1.1', '7.13.1', '7.13.2'] });
    testServer(register, target, {
      cases,
      failing: ['INFORMATIONAL'],
      known: { '1.1.1': 'FAILED', '7.13.2': 'INFORMATIONAL' },
    });
    await expect(tests.get('1.1.1')!()).rejects.toThrow(/1\.1\.1 is OK, and was known as FAILED/);
    await expect(tests.get('7.13.1')!()).rejects.toThrow(
      /7\.13\.1 is INFORMATIONAL \(7\.4\.2\): No rule is about 5000/,
    );
    await tests.get('7.13.2')!();
    server.close();
  });
});
