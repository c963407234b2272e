/** Tools of others, where they are installed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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

/** A capture of the loopback interface while something happens; undefined where captures are not allowed. */
export async function capture(
  port: number,
  action: () => Promise<void>,
  interfaceName = 'lo',
): Promise<Uint8Array | undefined> {
  const path = join(folder, `${port}-${interfaceName}.pcap`);
  const args = [
    '-Z',
    'root',
    '--immediate-mode',
    '-i',
    interfaceName,
    '-U',
    '-w',
    path,
    'tcp',
    'port',
    `${port}`,
  ];
  const tcpdump = spawn('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (!(await listens(tcpdump))) return undefined;
  await action();
  await new Promise((resolve) => setTimeout(resolve, 300));
  tcpdump.kill('SIGINT');
  await once(tcpdump, 'exit');
  return new Uint8Array(readFileSync(path));
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
