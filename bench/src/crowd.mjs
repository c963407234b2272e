/**
 * `npm run crowd`: the cost of connections that say little. Memory and CPU time of a process with
 * many idle connections, by runtime and server, then of several processes with a hundred thousand
 * in all. Figures of the page "A hundred thousand connections".
 *
 *   crowd.mjs [--connections N] [--processes N] [--seconds N]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LoadProcess, Server } from './outside/servers.mjs';
import { currentNode, findNode, REFERENCE_NODE } from './runtimes.mjs';

if (currentNode() !== REFERENCE_NODE) {
  const { path } = findNode(REFERENCE_NODE, true);
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exit(spawnSync(path, args, { stdio: 'inherit' }).status ?? 1);
}

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '17000' },
    processes: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '65' },
  },
});
const connections = Number(values.connections);
const processes = Number(values.processes);
const seconds = Number(values.seconds);

/** Each connection has one message when it is opened, and none from then on. */
const LOAD = { connections, inFlight: 1, bytes: 16, kind: 'ascii', idle: true };

/** @type {[name: string, how: Parameters<typeof Server.start>[0]][]} */
const SERVERS = [
  ['sanssocket on Node', { program: 'ours' }],
  ['ws on Node', { program: 'ws' }],
  ['no rules, on Node', { program: 'floor' }],
  ['sanssocket on Bun', { program: 'ours', runtime: 'bun', install: true }],
  ['Bun.serve', { program: 'bun', runtime: 'bun', install: true }],
];

const KIB = 1024;

/** Memory that the kernel has for its objects, those of sockets among them: at both ends here. */
function kernelBytes() {
  return Number(/^Slab:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'latin1'))[1]) * KIB;
}

const round = (value, digits = 1) => value.toLocaleString('en', { maximumFractionDigits: digits });

/** One process with as many connections as it may have. */
async function weigh(name, how) {
  const server = await Server.start(how);
  const client = new LoadProcess();
  await client.connect([server], { ...LOAD, connections: 20 }); // its code is there
  await delay(1000);
  const resident = server.residentBytes();
  const cpu = server.cpuTime();
  const start = performance.now();
  await client.connect([server], LOAD);
  const opened = performance.now() - start;
  const opening = server.cpuTime() - cpu;
  await delay(3000);
  const each = (server.residentBytes() - resident) / connections;
  const idle = server.cpuTime();
  await delay(seconds * 1000);
  const keeping = (server.cpuTime() - idle) / seconds / 1e9;
  client.stop();
  server.stop();
  console.log(
    `| ${name} | ${round(resident / KIB / KIB, 0)} | ${round(each / KIB)} | ${round(opening / connections / 1000, 0)} | ` +
      `${round((connections / opened) * 1000, 0)} | ${round(keeping * 100, 2)} |`,
  );
}

/** Several processes at once. */
async function crowd() {
  const kernel = kernelBytes();
  const pairs = await Promise.all(
    Array.from({ length: processes }, async () => ({
      server: await Server.start({ program: 'ours' }),
      client: new LoadProcess(),
    })),
  );
  const start = performance.now();
  await Promise.all(pairs.map(({ server, client }) => client.connect([server], LOAD)));
  const opened = (performance.now() - start) / 1000;
  await delay(seconds * 1000); // longer than the interval of pings and the wait for a Pong
  /** @param {(server: Server) => number} figure */
  const sumOf = (figure) => pairs.reduce((sum, { server }) => sum + figure(server), 0);
  const resident = sumOf((server) => server.residentBytes());
  const cpu = sumOf((server) => server.cpuTime());
  await delay(seconds * 1000);
  const keeping = sumOf((server) => server.cpuTime()) - cpu;
  const total = processes * connections;
  console.log(
    `\n${round(total, 0)} connections on ${processes} processes: open within ${round(opened)} s, ` +
      `${round(resident / KIB / KIB, 0)} MiB resident (${round(resident / total / KIB)} KiB each), ` +
      `${round((kernelBytes() - kernel) / 2 / total / KIB)} KiB each in the kernel, ` +
      `${round((keeping / seconds / 1e9) * 100, 1)} % of a core for pings`,
  );
  for (const { client, server } of pairs) {
    client.stop();
    server.stop();
  }
}

console.log(`${round(connections, 0)} idle connections on one process\n`);
console.log('| server | MiB without | KiB each | µs CPU to open | opened a second | % of a core when idle |');
console.log('|---|---|---|---|---|---|');
for (const [name, how] of SERVERS) await weigh(name, how);
await crowd();
