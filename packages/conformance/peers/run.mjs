// Runs the suite against every implementation that is installed, in both roles, and writes ../results.
//   node run.mjs [--quick] [--only NAME...]
// Pages with every frame of each are left in reports/, which is not committed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FuzzingServer, findCases, runServerCase, runServerCases } from '../dist/index.js';
import { writeReportFolder } from '../dist/reports/folder.js';
import { Matrix } from './matrix.mjs';
import { peers, prepare } from './peers.mjs';
import { ServerProcess } from './server-process.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
});
/** Implementations at the same time. */
const AT_A_TIME = 2;
/** Connections, or processes of a server, for what is run again. */
const FEW = 4;
/** Processes of a server that a case can bring down. */
const SERVERS = 8;
const REPORTS = fileURLToPath(new URL('./reports/', import.meta.url));

const matrix = new Matrix();
const chosen = peers.filter(
  ({ name }) => values.only === undefined || values.only.some((part) => name.includes(part)),
);
// Prepared one after the other, as compilers want the whole machine; then waiting is most of what there is to do.
const runs = chosen.flatMap((peer) => {
  const version = prepare(peer);
  if (version === undefined) return [];
  return ['server', 'client']
    .filter((role) => peer[role] !== undefined)
    .map((role) => ({ peer, version, role }));
});
const waiting = runs.map((run, nth) => ({ run, nth }));
const rows = [];
const work = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
    rows[next.nth] = await resultsOf(next.run);
};
await Promise.all(Array.from({ length: AT_A_TIME }, work));
for (const row of rows) if (row !== undefined) matrix.add(...row);
await matrix.write(values.only === undefined);

/** Runs all cases against one implementation in one role. */
async function resultsOf({ peer, version, role }) {
  const agent = `${peer.name} ${version}`;
  // None of the programs speaks TLS or HTTP/2.
  const cases = findCases({ role, quick: values.quick }).filter(({ transport }) => transport === 'tcp');
  const run = role === 'server' ? asServer : asClient;
  const first = await run(peer, agent, cases);
  if (first === undefined) return undefined;
  const results = await confirmed(first, cases, (failed) => run(peer, agent, failed, FEW));
  const folder = `${REPORTS}${role}-${peer.name.replace(/[^a-z0-9]+/gi, '-')}`;
  const commandFor = ({ id }) => `sanssocket-conformance ${role} --replay ${id}`;
  writeReportFolder(folder, { agents: [results], cases, commandFor });
  console.log(`${role} ${agent}: ${matrix.summary(results)} in ${Math.round(results.durationMs / 1000)} s`);
  return [peer.name, version, results, cases];
}

/** A machine that is busy with sixteen cases can be late. What fails is run again, few at a time: a failure is one that stays. */
async function confirmed(results, cases, rerun) {
  const failed = new Set(
    results.cases
      .filter(({ verdict, earlier }) => verdict === 'FAILED' && earlier === undefined)
      .map(({ id }) => id),
  );
  if (failed.size === 0) return results;
  const again = await rerun(cases.filter(({ id }) => failed.has(id)));
  const second = new Map((again?.cases ?? []).map((result) => [result.id, result]));
  return { ...results, cases: results.cases.map((result) => second.get(result.id) ?? result) };
}

/** Starts a server, and runs the cases against it. */
async function asServer(peer, agent, cases, connections) {
  if (peer.falls === true) return await asServers(peer, agent, cases, connections);
  const server = new ServerProcess(peer.server, peer.serverOptions);
  try {
    await server.start();
    return await runServerCases({ url: server.url }, cases, { agent, ...(connections && { connections }) });
  } catch (error) {
    console.error(`${agent} cannot be tested: ${error.message}`);
    return undefined;
  } finally {
    server.stop();
  }
}

/** Of a server that a case can bring down there are several, each with one case at a time: then it is known which case it was. */
async function asServers(peer, agent, cases, servers = SERVERS) {
  const startedAt = Date.now();
  const results = new Map();
  const waiting = [...cases];
  const work = async () => {
    const server = new ServerProcess(peer.server, peer.serverOptions);
    try {
      await server.start();
      for (let test = waiting.shift(); test !== undefined; test = waiting.shift()) {
        results.set(test.id, await runServerCase({ url: server.url }, test, { agent }));
        if (!(await server.hasFallen())) continue;
        matrix.fell(agent, test.id);
        await server.start();
      }
    } finally {
      server.stop();
    }
  };
  try {
    await Promise.all(Array.from({ length: servers }, work));
  } catch (error) {
    console.error(`${agent} cannot be tested: ${error.message}`);
    return undefined;
  }
  const durationMs = Date.now() - startedAt;
  const inOrder = cases.map(({ id }) => results.get(id));
  return { agent, role: 'server', target: agent, startedAt, durationMs, cases: inOrder };
}

/** Listens, and starts a client that connects for each case. */
async function asClient({ client: [program, ...args], clientOptions = [] }, agent, cases, connections) {
  const server = await FuzzingServer.start({ cases });
  const child = spawn(program, [...args, server.url, String(cases.length), agent, ...clientOptions], {
    stdio: 'ignore',
    env: { ...process.env, ...(connections && { AT_A_TIME: String(connections) }) },
  });
  await once(child, 'exit');
  await server.idle();
  await server.close();
  const [results] = server.results();
  if (results === undefined) console.error(`${agent} did not connect`);
  return results;
}
