/** Every case can fail: each is run against an endpoint that does all right but for the one thing that the case is about. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allCases } from '../../src/cases/all.js';
import { type CaseResult, findCases, runClientCases, runServerCase } from '../../src/index.js';
import type { Case, CaseTransport, Role } from '../../src/model/case.js';
import { inParallel, weightOf } from '../../src/runners/server-run.js';
import { selfSigned } from '../endpoints/certificate.js';
import { runFaultyClient, runFaultyHttp2Client } from '../endpoints/faulty/client.js';
import type { Fault } from '../endpoints/faulty/fault.js';
import { FAULTS, NONE } from '../endpoints/faulty/faults.js';
import { type FaultyServer, startFaultyServer } from '../endpoints/faulty/server.js';
import { failures } from '../endpoints/verdicts.js';
import { PROOFS, proofOf } from './proofs.js';

const ROLES: readonly Role[] = ['server', 'client'];
const CONNECTIONS = 32;
/** So that a machine with much else to do is no fault of the endpoint's. */
const PATIENT = { timeoutMs: 15_000, closeTimeoutMs: 15_000, openTimeoutMs: 20_000 };
/** Where the fault is silence. It is silence for ever, so that it does not matter how soon the suite loses patience. */
const IMPATIENT = { timeoutMs: 200, closeTimeoutMs: 200, openTimeoutMs: 20_000 };

const byName = new Map<string, Fault>(FAULTS.map((fault) => [fault.name, fault]));

function faultOf(each: Case, role: Role): Fault {
  return byName.get(proofOf(each, role)?.fault ?? '') ?? NONE;
}

let certificate: { readonly key: string; readonly cert: string };
const servers = new Map<string, Promise<FaultyServer>>();
beforeAll(async () => {
  certificate = await selfSigned();
});
afterAll(async () => {
  for (const server of servers.values()) (await server).close();
});

/** A server with a fault, started when it is first asked for. */
function serverWith(fault: Fault, transport: CaseTransport): Promise<FaultyServer> {
  const key = `${transport} ${fault.name}`;
  const server = servers.get(key) ?? startFaultyServer(transport, fault, certificate);
  servers.set(key, server);
  return server;
}

/** Runs cases, each against an endpoint with the fault that is chosen for it. */
async function run(
  role: Role,
  cases: readonly Case[],
  choose: (test: Case) => Fault,
  patience: typeof PATIENT,
): Promise<readonly CaseResult[]> {
  if (cases.length === 0) return [];
  if (role === 'server') {
    return inParallel(cases, CONNECTIONS, weightOf, async (each) => {
      const { url } = await serverWith(choose(each), each.transport);
      return runServerCase({ url }, each, patience);
    });
  }
  const start = (url: string): Promise<void> => {
    const id = decodeURIComponent(new URL(url).pathname.replace('/case/', ''));
    const each = cases.find((one) => one.id === id)!;
    return each.transport === 'h2'
      ? runFaultyHttp2Client(url, choose(each))
      : runFaultyClient(url, choose(each));
  };
  const options = { ...patience, connections: CONNECTIONS, tls: certificate };
  return (await runClientCases(start, cases, options)).cases;
}

describe.each(ROLES)('a %s', (role) => {
  const cases = findCases({ role });
  const groups = [...new Set(cases.map(({ id }) => id.split('.')[0]!))];

  test('that does everything right fails nothing', async () => {
    const quick = cases.filter(({ isSlow }) => !isSlow);
    expect(failures(await run(role, quick, () => NONE, PATIENT))).toEqual([]);
  });

  test.each(groups)('with its fault fails each case of %s', async (group) => {
    const chosen = cases.filter(({ id }) => id.split('.')[0] === group);
    const silent = chosen.filter((each) => proofOf(each, role)?.waits === true);
    const prompt = chosen.filter((each) => !silent.includes(each));
    const choose = (each: Case): Fault => faultOf(each, role);
    const results = [
      ...(await run(role, silent, choose, IMPATIENT)),
      ...(await run(role, prompt, choose, PATIENT)),
    ];
    const unnoticed = results
      .filter(({ verdict }) => verdict !== 'FAILED')
      .map(
        ({ id, verdict, explanation }) =>
          `${id} ${verdict} ${proofOf(cases.find((each) => each.id === id)!, role)?.fault}: ${explanation}`,
      );
    expect(unnoticed).toEqual([]);
    // What is to be noticed at once is not noticed by losing patience.
    const late = results.filter(
      ({ id, close }) => close.timeout !== undefined && prompt.some((each) => each.id === id),
    );
    expect(late.map(({ id, close }) => `${id} ${close.timeout}`)).toEqual([]);
  });
});

describe('the table', () => {
  test('has a fault for every case, and no fault or rule that proves nothing', () => {
    const chosen = allCases.flatMap((each) => each.roles.map((role) => proofOf(each, role)));
    expect(chosen.filter((proof) => proof === undefined)).toEqual([]);
    expect(PROOFS.filter((proof) => !chosen.includes(proof))).toEqual([]);
    const used = new Set(chosen.map((proof) => proof?.fault));
    expect([...byName.keys()].filter((name) => !used.has(name))).toEqual([]);
    expect([...used].filter((name) => !byName.has(name ?? ''))).toEqual([]);
  });
});
