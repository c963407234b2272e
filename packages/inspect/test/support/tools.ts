/** Tools of others, where they are installed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function isInstalled(...names: readonly string[]): boolean {
  const folders = (process.env['PATH'] ?? '').split(':');
  return names.every((name) => folders.some((folder) => existsSync(join(folder, name))));
}

/** A folder of this test run's own. */
export const folder: string = mkdtempSync(join(tmpdir(), 'inspect-'));

export function write(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export function run(command: string, ...args: readonly string[]): Uint8Array {
  return new Uint8Array(
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 256 * 1024 * 1024 }),
  );
}

/**
 * A capture of the loopback interface while something happens, which is done again where the kernel
 * of a busy machine drops packets; undefined where captures are not allowed.
 */
export async function capture(port: number, action: () => Promise<void>): Promise<Uint8Array | undefined> {
  const path = join(folder, `${port}.pcap`);
  // In immediate mode each packet takes a slot of the snaplen: the default buffer has eight of them.
  const mode = ['-Z', 'root', '--immediate-mode', '-B', '65536', '-i', 'lo', '-U'];
  for (;;) {
    const tcpdump = spawn('tcpdump', [...mode, '-w', path, 'tcp', 'port', `${port}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    tcpdump.stderr.on('data', (chunk: Buffer) => {
      words += chunk;
    });
    if (!(await listens(tcpdump))) return undefined;
    await action();
    await settled(path);
    tcpdump.kill('SIGINT');
    await once(tcpdump, 'close');
    if (/^0 packets dropped by kernel/m.test(words)) return new Uint8Array(readFileSync(path));
  }
}

/** Waits until a file has not grown for a second: on a busy machine tcpdump is behind the traffic. */
async function settled(path: string): Promise<void> {
  let size = -1;
  while (size !== statSync(path).size) {
    size = statSync(path).size;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Waits until tcpdump says that it listens. */
function listens(tcpdump: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    let words = '';
    tcpdump.stderr!.on('data', (chunk: Buffer) => {
      words += chunk;
      if (words.includes('listening on')) resolve(true);
    });
    tcpdump.once('exit', () => resolve(false));
    tcpdump.once('error', () => resolve(false));
  });
}
