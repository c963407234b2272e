// Runs the suite against every implementation that is installed, in both roles, and writes ../results.
//   node run.mjs [--quick] [--only NAME...]
// Pages with every frame of each are left in reports/, which is not committed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FuzzingServer, findCases, runServerCases } from '../dist/index.js';
import { writeReportFolder } from '../dist/reports/folder.js';
import { Matrix } from './matrix.mjs';
import { peers, prepare } from './peers.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
});
const REPORTS = fileURLToPath(new URL('./reports/', import.meta.url));
const START_MS = 20_000;

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

/** Starts a server, and runs the cases against it. */
async function asServer({ server: [program, ...args], serverOptions = [] }, agent, cases) {
  const port = await freePort();
  const child = spawn(program, [...args, String(port), ...serverOptions], { stdio: 'ignore' });
  try {
    await listening(port, child);
    return await runServerCases({ url: `ws://127.0.0.1:${port}/` }, cases, { agent });
  } catch (error) {
    console.error(`${agent} cannot be tested: ${error.message}`);
    return undefined;
  } finally {
    child.kill('SIGKILL');
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

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Waits until somebody listens. */
async function listening(port, child) {
  for (const start = Date.now(); Date.now() - start < START_MS; await wait(100)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const isThere = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isThere) return;
  }
  throw new Error('it does not listen');
}
