/** Runs wslay/receive.c: compiled when asked for, into a folder that goes away with the process. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Unavailable } from './budgets.mjs';

const COMPILER = process.env.CC ?? 'cc';
const SOURCE = fileURLToPath(new URL('../wslay/receive.c', import.meta.url));

/**
 * Starts wslay on a stream of frames that it reads over and over.
 *
 * @param {Buffer} stream - whole masked frames
 * @param {number} messages - how many there are
 * @throws Unavailable without a C compiler or libwslay-dev
 */
export async function startWslay(stream, messages) {
  const folder = mkdtempSync(join(tmpdir(), 'sanssocket-bench-'));
  const program = join(folder, 'receive');
  try {
    execFileSync(COMPILER, ['-O3', '-march=native', '-o', program, SOURCE, '-lwslay'], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    const why =
      error.code === 'ENOENT' ? `no C compiler (${COMPILER})` : 'wslay/receive.c: needs libwslay-dev';
    throw new Unavailable(why);
  }
  writeFileSync(join(folder, 'stream'), stream);
  const child = spawn(program, [join(folder, 'stream'), join(folder, 'payloads')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);

  /** Sends a command and gives the numbers it answers with. */
  async function ask(command) {
    child.stdin.write(`${command}\n`);
    const [line] = await once(lines, 'line');
    return line.split(' ').map(Number);
  }

  let repetitions = 1;
  return {
    /** As `perOperation` in runner.mjs, by wslay's own clock. */
    sample: async (ms) => {
      for (;;) {
        const [elapsed] = await ask(`run ${repetitions}`);
        if (elapsed >= ms * 1e6) return elapsed / (repetitions * messages);
        repetitions = Math.ceil(repetitions * Math.min(10, Math.max(1.2, (1.1 * ms * 1e6) / elapsed)));
      }
    },
    /** One pass, and the payloads it delivered, one behind the other. */
    payloads: async () => {
      const [count] = await ask('verify');
      return { count, bytes: readFileSync(join(folder, 'payloads')) };
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

/** @returns {string} the version of the library that is installed */
export function wslayVersion() {
  try {
    const header = readFileSync('/usr/include/wslay/wslayver.h', 'utf8');
    return /WSLAY_VERSION "([^"]+)"/.exec(header)?.[1] ?? 'unknown';
  } catch {
    return 'not installed';
  }
}
