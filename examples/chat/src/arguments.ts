/** Arguments and environment of `npm start`. */
import { Command, type CommanderError, InvalidArgumentError, Option } from 'commander';
import { parseBroker } from './log/broker-address.js';

/** Their values. */
export interface Arguments {
  readonly port: number;
  readonly host: string;
  readonly hosts?: readonly string[];
  readonly workers: number;
  readonly broker?: string;
}

/** Processes of one machine: more only wait for each other. */
const MAX_WORKERS = 64;

/** A variable that is set to nothing is not set. */
const VARIABLES = ['PORT', 'HOST', 'HOSTS', 'WORKERS', 'BROKER'];

/**
 * @returns undefined if they only asked for help, which has been printed
 * @throws Error that says, in a line, what is wrong
 */
export function readArguments(argv: readonly string[]): Arguments | undefined {
  for (const name of VARIABLES) if (process.env[name] === '') delete process.env[name];
  const command = new Command('chat')
    .description('The chat: a page, and its WebSockets.')
    .addOption(
      new Option('--port <port>', 'to listen on; 0 for one that is free')
        .env('PORT')
        .default(8080)
        .argParser((text) => integer(text, 0, 65_535, 'is not a port number')),
    )
    .addOption(
      new Option('--host <address>', 'to listen on; 0.0.0.0 or :: for all').env('HOST').default('127.0.0.1'),
    )
    .addOption(
      new Option('--hosts <names>', 'under which the chat may be asked for, with commas between')
        .env('HOSTS')
        .argParser(names),
    )
    .addOption(
      new Option('--workers <count>', 'processes')
        .env('WORKERS')
        .default(1)
        .argParser((text) => integer(text, 1, MAX_WORKERS, `is not a number from 1 to ${MAX_WORKERS}`)),
    )
    .addOption(
      new Option('--broker <url>', 'NATS with JetStream, nats://HOST:PORT, which joins processes anywhere')
        .env('BROKER')
        .argParser(broker),
    )
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  try {
    return command.parse(argv).opts<Arguments>();
  } catch (error) {
    const { code, message } = error as CommanderError;
    if (code === 'commander.helpDisplayed') return undefined;
    throw new Error(message.replace(/^error: /, '').split('\n', 1)[0]);
  }
}

function integer(text: string, least: number, most: number, otherwise: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new InvalidArgumentError(`${text} ${otherwise}`);
}

function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  const wrong = list.find((name) => !/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`${JSON.stringify(wrong)} is not the name of a host`);
  return list;
}

function broker(text: string): string {
  try {
    parseBroker(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
