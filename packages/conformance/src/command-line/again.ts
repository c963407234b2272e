/** One case again, or all of them several times. */
import { worse } from '../conversation/verdict.js';
import { octets, toHex } from '../model/payload.js';
import type { AgentResults, HandshakeReport, LogEntry } from '../model/result.js';
import { printable } from '../reports/report.js';
import type { RunOptions } from '../runners/options.js';
import type { ServerTarget } from '../runners/server-case.js';
import {
  type ClientOptions,
  type CommonOptions,
  DEFAULT_PORT,
  DEFAULT_TIMEOUT_MS,
  type ServerOptions,
} from './options.js';

// ---- The command for one case ----
// The command that runs one case again: enough by itself, for a POSIX shell.

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

// ---- Repetition ----
// The same cases several times over: cases that fail once in a while are found so.

/**
 * Runs something several times.
 *
 * @returns the worst result of each case
 */
export async function repeated(times: number, run: () => Promise<AgentResults>): Promise<AgentResults> {
  let all = await run();
  for (let nth = 1; nth < times; nth++) {
    const next = await run();
    all = { ...worstOf(all, next), durationMs: all.durationMs + next.durationMs };
  }
  return all;
}

/** The worst of two runs of each agent; an agent that one run has alone is taken as it is. */
export function worstOfAgents(before: readonly AgentResults[], now: readonly AgentResults[]): AgentResults[] {
  const isIn = (list: readonly AgentResults[], agent: string): boolean =>
    list.some((each) => each.agent === agent);
  return [
    ...before.filter(({ agent }) => !isIn(now, agent)),
    ...now.map((each) => {
      const earlier = before.find(({ agent }) => agent === each.agent);
      return earlier === undefined ? each : { ...each, cases: worstOf(earlier, each).cases };
    }),
  ];
}

/**
 * A run that ended early has fewer results than another: those that only one has count as they are.
 */
function worstOf(a: AgentResults, b: AgentResults): AgentResults {
  const [left, right] = a.cases.length < b.cases.length ? [b, a] : [a, b];
  const others = new Map(right.cases.map((result) => [result.id, result]));
  const cases = left.cases.map((result) => {
    const other = others.get(result.id);
    return other === undefined || worse(result.verdict, other.verdict) === result.verdict ? result : other;
  });
  const deaths = [...(a.deaths ?? []), ...(b.deaths ?? [])];
  return { ...a, cases, ...(deaths.length === 0 ? {} : { deaths }) };
}

// ---- Replay ----
// The record of a case as lines of text, as it is written.

const NAMES = ['continuation', 'text', 'binary', '', '', '', '', '', 'Close', 'Ping', 'Pong'];
const SHOWN = 32;

/** Options that print each event. */
export const REPLAY: Pick<RunOptions, 'onHandshake' | 'onLog'> = {
  onHandshake: (handshake) => console.log(formatHandshake(handshake)),
  onLog: (entry) => console.log(formatEntry(entry)),
};

/** Both heads, a line each of theirs; `>` is the request, `<` the response. */
function formatHandshake({ request, response }: HandshakeReport): string {
  const lines = (head: string, sign: string): string[] =>
    head === ''
      ? [`${sign} nothing`]
      : head
          .replace(/(?:\r?\n)+$/, '')
          .split(/\r?\n/)
          .map((line) => `${sign} ${printable(line)}`);
  return [...lines(request, '>'), ...lines(response, '<')].join('\n');
}

/**
 * Formats one entry.
 *
 * @returns one line: time, direction, and the thing itself
 */
export function formatEntry(entry: LogEntry): string {
  const at = `${entry.atMs.toFixed(1).padStart(9)} ms`;
  switch (entry.kind) {
    case 'note':
      return `${at}  .. ${printable(entry.text)}`;
    case 'fault':
      return `${at}  !! ${printable(entry.fault.message)} (${entry.fault.section}, octet ${entry.fault.offset})`;
    case 'octets':
      return `${at}  ${arrow(entry.way)} ${octets(entry.length)}  ${digits(entry.bytes, entry.length)}`;
    case 'frame': {
      const bits = [
        entry.fin ? 'FIN' : '',
        ...['RSV1', 'RSV2', 'RSV3'].filter((_, nth) => (entry.rsv & (4 >> nth)) !== 0),
      ];
      const name = NAMES[entry.opcode] || `opcode ${entry.opcode}`;
      const flags = bits.filter((bit) => bit !== '').join(' ');
      const header = toHex(entry.header);
      return `${at}  ${arrow(entry.way)} ${name} ${flags} ${entry.length}  ${header} | ${digits(entry.payload, entry.length)}`;
    }
  }
}

function arrow(way: 'sent' | 'received'): string {
  return way === 'sent' ? '->' : '<-';
}

function digits(bytes: Uint8Array, length: number): string {
  return toHex(bytes.subarray(0, SHOWN)) + (length > SHOWN ? '...' : '');
}
