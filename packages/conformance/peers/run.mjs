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
const REPORTS = fileURLToPath(new URL('./reports/', import.meta.url));

const matrix = new Matrix();
for (const peer of peers) {
  if (values.only !== undefined && !values.only.some((name) => peer.name.includes(name))) continue;
  const version = prepare(peer);
  if (version === undefined) continue;
  for (const role of ['server', 'client']) {
    if (peer[role] === undefined) continue;
    const agent = `${peer.name} ${version}`;
    // None of the programs speaks TLS or HTTP/2.
    const cases = findCases({ role, quick: values.quick }).filter(({ transport }) => transport === 'tcp');
    const results =
      role === 'server' ? await asServer(peer, agent, cases) : await asClient(peer, agent, cases);
    if (results === undefined) continue;
    matrix.add(peer.name, version, results, cases);
    const folder = `${REPORTS}${role}-${peer.name.replace(/[^a-z0-9]+/gi, '-')}`;
    const commandFor = ({ id }) => `sanssocket-conformance ${role} --replay ${id}`;
    writeReportFolder(folder, { agents: [results], cases, commandFor });
    console.log(`${role} ${agent}: ${matrix.summary(results)} in ${Math.round(results.durationMs / 1000)} s`);
  }
}
await matrix.write(values.only === undefined);

/** Starts a server, and runs the cases against it. Of one that a case can bring down, the cases are run one by one. */
async function asServer(peer, agent, cases) {
  const server = new ServerProcess(peer.server, peer.serverOptions);
  try {
    await server.start();
    const target = { url: server.url };
    if (peer.falls !== true) return await runServerCases(target, cases, { agent });
    const startedAt = Date.now();
    const results = [];
    for (const test of cases) {
      results.push(await runServerCase(target, test, { agent }));
      if (!(await server.hasFallen())) continue;
      matrix.fell(agent, test.id);
      await server.start();
    }
    const durationMs = Date.now() - startedAt;
    return { agent, role: 'server', target: server.url, startedAt, durationMs, cases: results };
  } catch (error) {
    console.error(`${agent} cannot be tested: ${error.message}`);
    return undefined;
  } finally {
    server.stop();
  }
}

/** Listens, and starts a client that connects for each case. */
async function asClient({ client: [program, ...args], clientOptions = [] }, agent, cases) {
  const server = await FuzzingServer.start({ cases });
  const child = spawn(program, [...args, server.url, String(cases.length), agent, ...clientOptions], {
    stdio: 'ignore',
  });
  await once(child, 'exit');
  await server.idle();
  await server.close();
  const [results] = server.results();
  if (results === undefined) console.error(`${agent} did not connect`);
  return results;
}
