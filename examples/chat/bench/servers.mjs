// The chat's processes for load, and the broker, started and ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const running = new Set();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function start(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function stop(child, signal = 'SIGTERM') {
  if (!running.has(child)) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** One chat, of one process or of workers. */
export async function startChat(args = [], port = 0) {
  if (!existsSync(MAIN)) throw new Error('run `npm run build` first: this starts dist');
  const child = start(process.execPath, [MAIN, '--port', String(port), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      output += text;
      const found = /localhost:(\d+)/.exec(output);
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', () => reject(new Error('the chat has ended')));
  });
  return {
    port: address,
    /** Seconds of processor time and MiB of memory, of the process itself. */
    usage: () => usageOf(child.pid),
    stop: (signal) => stop(child, signal),
  };
}

function usageOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    cpu: (Number(stat[11]) + Number(stat[12])) / 100,
    mib: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024),
  };
}

/** Debian's nats-server, with a store of its own. */
export async function startBroker() {
  const folder = mkdtempSync(join(tmpdir(), 'chat-bench-'));
  const port = await freePort();
  const settings = join(folder, 'server.conf');
  writeFileSync(
    settings,
    `listen: 127.0.0.1:${port}\njetstream { store_dir: ${JSON.stringify(folder)} }\nwrite_deadline: "1s"\n`,
  );
  const child = start('nats-server', ['-c', settings], { stdio: 'ignore' });
  child.once('error', () => {
    console.error('nats-server is not installed: apt-get install nats-server');
    process.exit(1);
  });
  return {
    url: `nats://127.0.0.1:${port}`,
    stop: async () => {
      await stop(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
