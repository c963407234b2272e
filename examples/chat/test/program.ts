/**
 * A program of the chat as a user starts it: from `dist`, with arguments, environment, standard
 * input and signals.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Log } from './support.js';

export const DIST: string = fileURLToPath(new URL('../dist/', import.meta.url));

export class Program {
  readonly lines: Log<string> = new Log<string>();
  readonly process: ChildProcess;
  readonly exitCode: Promise<number>;
  errors = '';

  constructor(file: string, args: string[] = [], env: Record<string, string> = {}) {
    const options = { env: { ...process.env, ...env } };
    this.process = spawn(process.execPath, [DIST + file, ...args], options);
    onTestFinished(() => void this.process.kill('SIGKILL'));
    this.process.stderr!.on('data', (text) => {
      this.errors += text;
    });
    let rest = '';
    this.process.stdout!.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.lines.add(line);
    });
    this.exitCode = once(this.process, 'close').then(([code]) => code as number);
  }

  printed(part: string): Promise<string> {
    return this.lines.until((line) => line.includes(part));
  }
}
