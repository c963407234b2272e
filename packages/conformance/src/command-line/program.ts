/**
 * The commands, their arguments and options. Their actions stand in the other files of this folder.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { runClientCommand, runServerCommand } from './commands.js';
import {
  type ClientOptions,
  DEFAULT_PORT,
  DEFAULT_TIMEOUT_MS,
  type ServerOptions,
  UsageError,
} from './options.js';
import { withReportOptions } from './reports.js';

/**
 * The exit status for a command that cannot be run as it was given, and for an endpoint that cannot
 * be tested.
 */
const UNUSABLE = 2;

/**
 * Runs the command.
 *
 * @param args - without the program's name
 * @returns the exit status: 0 if nothing failed, 1 if something did, 2 if nothing could be tested
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
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return UNUSABLE;
  }
  return status;
}

function createProgram(finish: (status: number) => void): Command {
  const program = new Command('sanssocket-conformance')
    .description('Tests WebSocket servers and clients against RFC 6455, RFC 7692 and RFC 8441.')
    .enablePositionalOptions()
    .exitOverride();
  withCommonOptions(
    program
      .command('server')
      .description('test a server that echoes every message')
      .argument('[url]', 'ws: or wss: URL of the server; not needed with --config'),
  )
    .option('--origin <origin>', 'send this Origin')
    .option('--protocol <names...>', 'offer these subprotocols')
    .option('--ca <file>', 'trust these certificates (PEM); without it none is verified')
    .option('--servername <name>', 'the name the certificate has to be for')
    .action(async (url: string | undefined, options: ServerOptions) =>
      finish(await runServerCommand(url, options)),
    );
  withCommonOptions(
    program
      .command('client')
      .description('test clients: listen, and run a case on each connection')
      .argument(
        '[command...]',
        'after --: starts the clients; {url} and $FUZZING_SERVER_URL are where they connect',
      ),
  )
    .option('--host <address>', 'listen at this address (default: 127.0.0.1)')
    .option('--port <port>', 'listen at this port', portOf, DEFAULT_PORT)
    .option('--tls-port <port>', 'listen with TLS for wss and HTTP/2 at this port', portOf)
    .option('--key <file>', 'private key for TLS (PEM); made when it is needed and not given')
    .option('--cert <file>', 'certificate for TLS (PEM)')
    .action(async (command: string[], options: ClientOptions) =>
      finish(await runClientCommand(command, options)),
    );
  return program;
}

/** Options of both commands. */
function withCommonOptions(command: Command): Command {
  return withReportOptions(command)
    .option('--case <globs...>', 'only cases with these ids; * stands for anything')
    .option('--exclude <globs...>', 'leave out cases with these ids')
    .option('--section <sections...>', 'only cases about these sections, for instance 5.5 or "RFC7692 7.2"')
    .option('--quick', 'leave out large messages and many of them')
    .option('--full', 'send all 1000 messages of groups 12 and 13, where otherwise 8 MiB are enough')
    .option('--list', 'print the cases and run none')
    .option('--config <file>', "a configuration of the old suite's, fuzzingclient.json or fuzzingserver.json")
    .option('--agent <name>', 'name in the results (default: what the endpoint calls itself)')
    .option('--connections <count>', 'cases at a time', countOf, 16)
    .option(
      '--timeout <ms>',
      'for an ordinary case; others, and handshakes, get more in proportion',
      countOf,
      DEFAULT_TIMEOUT_MS,
    )
    .option(
      '--repeat <count>',
      'run everything so many times; the worst result of each case counts',
      countOf,
      1,
    )
    .option('--verbose', 'a line for each case')
    .addOption(
      new Option('--replay <case>', 'run this case only, and print its frames as they come').conflicts(
        'list',
      ),
    );
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new InvalidArgumentError('a whole number above 0 is needed');
  return count;
}

function portOf(text: string): number {
  const port = Number(text);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65535)
    throw new InvalidArgumentError('a port is needed');
  return port;
}
