/**
 * The old suite's configuration files. This suite follows every entry that it has the means for,
 * and names the others.
 */
import { readFileSync } from 'node:fs';
import { prefixMatcherOf } from '../cases/all.js';
import type { Exclusions } from '../fuzzing-server/results-store.js';
import type { ServerTarget } from '../runners/server-case.js';
import { UsageError } from './options.js';

/** The content of a file. */
export interface Configuration {
  readonly servers: readonly (ServerTarget & { readonly agent: string | undefined })[];
  /** Where a fuzzing server listens. */
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly cert: string | undefined;
  readonly outdir: string | undefined;
  readonly exclusions: Exclusions;
  /** Whether `cases` minus `exclude-cases` has an id. */
  readonly chooses: (id: string) => boolean;
  readonly openTimeoutMs: number | undefined;
  readonly closeTimeoutMs: number | undefined;
  /** Options that have no meaning here. */
  readonly ignored: readonly string[];
}

/** No file. */
const NO_CONFIGURATION: Configuration = {
  servers: [],
  url: undefined,
  key: undefined,
  cert: undefined,
  outdir: undefined,
  exclusions: {},
  chooses: () => true,
  openTimeoutMs: undefined,
  closeTimeoutMs: undefined,
  ignored: [],
};

/** Protocol options of the old suite; the two that are used are times in seconds. */
const USED = ['openHandshakeTimeout', 'closeHandshakeTimeout'];
const UNUSED = [
  'failByDrop',
  'serverConnectionDropTimeout',
  'echoCloseCodeReason',
  'utf8validateIncoming',
  'applyMask',
  'maskClientFrames',
  'maskServerFrames',
  'requireMaskedClientFrames',
  'acceptMaskedServerFrames',
  'maxFramePayloadSize',
  'maxMessagePayloadSize',
  'autoFragmentSize',
  'tcpNoDelay',
  'autoPingInterval',
  'autoPingTimeout',
  'autoPingSize',
  'version',
  'versions',
  'webStatus',
  'allowedOrigins',
  'maxConnections',
  'allowHixie76',
  'serveFlashSocketPolicy',
  'flashSocketPolicy',
];

/**
 * Reads a file.
 *
 * @param path - of it; none: nothing is configured
 * @throws UsageError if it cannot be read, is no JSON, or names an option nobody knows
 */
export function readConfiguration(path: string | undefined): Configuration {
  if (path === undefined) return NO_CONFIGURATION;
  let file: unknown;
  try {
    file = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
  return configurationOf(path, file);
}

/** The same from the text of the file. */
function configurationOf(path: string, file: unknown): Configuration {
  const root = objectOf(path, file);
  const options = objectOf(`${path}: options`, root['options'] ?? {});
  const servers = listOf(`${path}: servers`, root['servers']).map((each) =>
    serverOf(`${path}: servers`, each),
  );
  const names = [...Object.keys(options), ...servers.flatMap(({ optionNames }) => optionNames)];
  const unknown = names.find((name) => !USED.includes(name) && !UNUSED.includes(name));
  if (unknown !== undefined) throw new UsageError(`${path}: there is no option ${unknown}`);
  const chosen = prefixMatcherOf(stringsOf(`${path}: cases`, root['cases'] ?? ['*']));
  const excluded = prefixMatcherOf(stringsOf(`${path}: exclude-cases`, root['exclude-cases']));
  const exclusions = Object.entries(
    objectOf(`${path}: exclude-agent-cases`, root['exclude-agent-cases'] ?? {}),
  );
  return {
    servers: servers.map(({ target }) => target),
    url: textOf(`${path}: url`, root['url']),
    key: textOf(`${path}: key`, root['key']),
    cert: textOf(`${path}: cert`, root['cert']),
    outdir: textOf(`${path}: outdir`, root['outdir']),
    exclusions: Object.fromEntries(
      exclusions.map(([agent, cases]) => [agent, stringsOf(`${path}: ${agent}`, cases)]),
    ),
    chooses: (id) => chosen(id) && !excluded(id),
    openTimeoutMs: millisecondsOf(path, options['openHandshakeTimeout']),
    closeTimeoutMs: millisecondsOf(path, options['closeHandshakeTimeout']),
    ignored: [...new Set(names.filter((name) => UNUSED.includes(name)))],
  };
}

function serverOf(
  where: string,
  value: unknown,
): { target: Configuration['servers'][number]; optionNames: string[] } {
  const server = objectOf(where, value);
  const url = textOf(`${where}: url`, server['url']);
  if (url === undefined) throw new UsageError(`${where}: a server needs a url`);
  const protocols = stringsOf(`${where}: protocols`, server['protocols']);
  const target = {
    url,
    agent: textOf(`${where}: agent`, server['agent']),
    origin: textOf(`${where}: origin`, server['origin']),
    servername: textOf(`${where}: hostname`, server['hostname']),
    ...(protocols.length === 0 ? {} : { protocols }),
  };
  return { target, optionNames: Object.keys(objectOf(`${where}: options`, server['options'] ?? {})) };
}

function objectOf(where: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new UsageError(`${where}: an object is needed`);
}

function listOf(where: string, value: unknown): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new UsageError(`${where}: an array is needed`);
  return value;
}

function stringsOf(where: string, value: unknown): string[] {
  const list = listOf(where, value);
  if (!list.every((each) => typeof each === 'string')) throw new UsageError(`${where}: strings are needed`);
  return list;
}

function textOf(where: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new UsageError(`${where}: a string is needed`);
  return value;
}

/** 0 switches a timeout of the old suite off. Here it is then the default: none is without end. */
function millisecondsOf(path: string, value: unknown): number | undefined {
  if (value === undefined || value === 0) return undefined;
  if (typeof value !== 'number' || !(value > 0))
    throw new UsageError(`${path}: a timeout is a number of seconds`);
  return value * 1000;
}
