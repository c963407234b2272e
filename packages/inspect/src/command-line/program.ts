/** The command, its arguments and options. */

import { createRequire } from 'node:module';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../formats/reader.js';
import { inspectFile, inspectStream } from '../inspection/node.js';
import { OPCODES } from './filter.js';
import { Output, progressOf } from './output.js';
import { type ShowOptions, showing } from './show.js';
import { type ProxyCommandOptions, runProxyCommand } from './watch.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** The exit status for an input that cannot be read, and a command that makes no sense. */
const UNUSABLE = 2;

interface InspectCommandOptions extends ShowOptions {
  readonly pair?: boolean;
  readonly keylog?: string;
  readonly maxMessageBytes?: number;
}

/**
 * Runs the command.
 *
 * @param args - without the program's name
 * @returns the exit status: 0, 1 if the traffic has a fault, 2 if there is nothing to be read
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = createProgram((result) => {
    status = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : UNUSABLE;
    throw error;
  }
  return status;
}

function createProgram(finish: (status: number) => void): Command {
  const program = new Command('sanssocket-inspect')
    .description(
      'Decodes WebSocket traffic: pcap, pcapng, output of tshark, HAR, recordings, hex dumps, raw bytes.',
    )
    .argument('[files...]', 'what to read; - or nothing is the standard input')
    .option('--pair', 'two files hold the bytes of the two directions of one connection')
    .option('--keylog <file>', 'keys of TLS (SSLKEYLOGFILE); needs tshark')
    .option('--max-message-bytes <number>', 'longer messages are shown in part (16777216)', numberOf)
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .action(async (files: string[], options: InspectCommandOptions) =>
      finish(await runInspect(files, options)),
    );
  withShowOptions(program);
  withShowOptions(
    program
      .command('proxy')
      .description('stand between clients and a server, and show the frames that pass')
      .requiredOption('--to <url>', 'ws: or wss: URL of the server')
      .option('--port <port>', 'listen at this port; 0 for any free one', numberOf, 0)
      .option('--host <address>', 'listen at this address', '127.0.0.1')
      .option('--save <file>', 'write all that passes to a recording, which this command reads'),
  ).action(async (options: ProxyCommandOptions) => finish(await runProxyCommand(options)));
  return program;
}

function withShowOptions(command: Command): Command {
  return command
    .option('--json', 'a JSON object a line')
    .option('--frames', 'frames alone')
    .option('--messages', 'messages and control frames alone')
    .addOption(new Option('--from <side>', 'what this side sent').choices(['client', 'server']))
    .option('--opcode <names>', `of these opcodes: ${Object.keys(OPCODES).join(', ')}`, opcodesOf)
    .option('--connection <numbers>', 'of these connections', numbersOf)
    .option('--grep <pattern>', 'with this in the payload or the head', patternOf)
    .option('--preview <characters>', 'of a payload are shown', numberOf, 80)
    .option('--headers', 'all headers of handshakes')
    .option('--color', 'also where the output is no terminal')
    .option('--no-color', 'never');
}

async function runInspect(files: readonly string[], options: InspectCommandOptions): Promise<number> {
  const inputs = inputsOf(files, options);
  if (inputs === undefined) {
    console.error('--pair takes two files');
    return UNUSABLE;
  }
  const output = new Output(process.stdout);
  const show = showing(options, output);
  const { keylog, maxMessageBytes } = options;
  let status = 0;
  for (const input of inputs) {
    const name = typeof input === 'string' ? input : input?.join(', ');
    const progress = progressOf(typeof input === 'string' ? input : undefined, process.stderr);
    const given = {
      ...(progress === undefined ? {} : { onProgress: progress.onProgress }),
      ...(keylog === undefined ? {} : { keyLogFile: keylog }),
      ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    };
    const events = input === undefined ? inspectStream(process.stdin, given) : inspectFile(input, given);
    try {
      for await (const event of events) {
        if (event.type === 'fault') status = Math.max(status, 1);
        await show(event);
      }
    } catch (error) {
      if (!isAboutInput(error)) throw error;
      await output.flush();
      progress?.clear();
      console.error(`${name ?? 'standard input'}: ${error.message}`);
      status = UNUSABLE;
    }
    await output.flush();
    progress?.clear();
  }
  return status;
}

/** The inputs: undefined is the standard input; no inputs at all for a pair that is none. */
function inputsOf(
  files: readonly string[],
  { pair }: InspectCommandOptions,
): readonly (string | readonly [string, string] | undefined)[] | undefined {
  if (pair === true) return files.length === 2 ? [[files[0]!, files[1]!]] : undefined;
  if (files.length === 0) return [undefined];
  return files.map((file) => (file === '-' ? undefined : file));
}

/** Whether an error is about an input, and not a fault of this program. */
function isAboutInput(error: unknown): error is Error {
  return error instanceof InputError || (error instanceof Error && 'syscall' in error);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError('a number of 0 or more is wanted.');
  return number;
}

function numbersOf(text: string): number[] {
  return text.split(',').map(numberOf);
}

function opcodesOf(text: string): number[] {
  return text.split(',').map((name) => {
    const opcode =
      (Object.hasOwn(OPCODES, name) ? OPCODES[name] : undefined) ??
      (/^\d+$/.test(name) ? Number(name) : undefined);
    if (opcode === undefined) throw new InvalidArgumentError(`there is no opcode '${name}'.`);
    return opcode;
  });
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
