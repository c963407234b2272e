/** The command that runs one case again: enough by itself, for a POSIX shell. */
import type { ServerTarget } from '../runners/server-case.js';
import {
  type ClientOptions,
  type CommonOptions,
  DEFAULT_PORT,
  DEFAULT_TIMEOUT_MS,
  type ServerOptions,
} from './options.js';

/** Of a case against a server. */
export function serverAgain(id: string, target: ServerTarget, options: ServerOptions): string {
  return shellWords([
    ...['sanssocket-conformance', 'server', target.url, '--replay', id],
    ...given('--origin', target.origin),
    ...given('--protocol', ...(target.protocols ?? [])),
    ...given('--ca', options.ca),
    ...given('--servername', target.servername),
    ...common(options),
  ]);
}

/** Of a case against clients. */
export function clientAgain(id: string, command: readonly string[], options: ClientOptions): string {
  return shellWords([
    ...['sanssocket-conformance', 'client', '--replay', id],
    ...given('--host', options.host),
    ...(options.port === DEFAULT_PORT ? [] : ['--port', String(options.port)]),
    ...given('--tls-port', options.tlsPort?.toString()),
    ...given('--key', options.key),
    ...given('--cert', options.cert),
    ...common(options),
    ...(command.length === 0 ? [] : ['--', ...command]),
  ]);
}

function common({ agent, timeout, config, full }: CommonOptions): string[] {
  return [
    ...given('--agent', agent),
    ...(timeout === DEFAULT_TIMEOUT_MS ? [] : ['--timeout', String(timeout)]),
    ...given('--config', config),
    ...(full === true ? ['--full'] : []),
  ];
}

function given(option: string, ...values: readonly (string | undefined)[]): string[] {
  const words = values.filter((value) => value !== undefined);
  return words.length === 0 ? [] : [option, ...words];
}

/** Words with quotes where a shell would read them otherwise. */
function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^(?:[\w@%+=:,./-]|\{url\})+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
