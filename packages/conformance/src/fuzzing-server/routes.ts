/**
 * The meaning of a request to the fuzzing server. Two ways lead to a case: the old suite's numbers
 * (`/runCase?case=1&agent=A`), and a URL a case (`/case/1.1.1?agent=A`), listed at `/cases`.
 */
import type { Case } from '../model/case.js';
import { NAME_LENGTH } from '../opening/heads.js';

/** The task of a connection. */
export type Route =
  | { readonly to: 'count' }
  | { readonly to: 'info'; readonly test: Case }
  | { readonly to: 'run'; readonly test: Case; readonly agent: string }
  | { readonly to: 'status'; readonly test: Case; readonly agent: string }
  | { readonly to: 'reports'; readonly agent: string; readonly stop: boolean }
  | { readonly to: 'stop' }
  | { readonly to: 'list' }
  | { readonly to: 'results' }
  /** Parameters are missing, doubled or wrong. */
  | { readonly to: 'refuse'; readonly why: string }
  /** The target of the request is no URL (RFC 9112 3.2). */
  | { readonly to: 'malformed' }
  | { readonly to: 'nowhere' };

/** Only over TCP: a client that counts connects to the same port for every case. */
export function numberedCases(cases: readonly Case[]): Case[] {
  return cases.filter(({ transport }) => transport === 'tcp');
}

/** The name in results of a client that does not say its own. */
const UNNAMED = 'UnknownClient';

/**
 * Reads the target of a request.
 *
 * @param resourceName - path and query
 * @param cases - those on offer
 */
export function routeOf(resourceName: string, cases: readonly Case[]): Route {
  const base = 'ws://localhost';
  if (!URL.canParse(resourceName, base)) return { to: 'malformed' };
  const url = new URL(resourceName, base);
  const query = url.searchParams;
  const doubled = [...query.keys()].find((name) => query.getAll(name).length > 1);
  if (doubled !== undefined) return { to: 'refuse', why: `${doubled} is there twice` };
  const agent = query.get('agent')?.substring(0, NAME_LENGTH);
  const test = numbered(query, numberedCases(cases));
  const needsAgent = { to: 'refuse', why: 'agent is missing' } as const;
  const needsCase = { to: 'refuse', why: 'case is missing or unknown' } as const;
  switch (url.pathname) {
    case '/getCaseCount':
      return { to: 'count' };
    case '/getCaseInfo':
      return test === undefined ? needsCase : { to: 'info', test };
    case '/runCase':
      if (test === undefined) return needsCase;
      return agent === undefined ? needsAgent : { to: 'run', test, agent };
    case '/getCaseStatus':
      if (test === undefined) return needsCase;
      return agent === undefined ? needsAgent : { to: 'status', test, agent };
    case '/updateReports':
      if (agent === undefined) return needsAgent;
      return { to: 'reports', agent, stop: /^(?:true|yes)$/i.test(query.get('shutdownOnComplete') ?? '') };
    case '/stopServer':
      return { to: 'stop' };
    case '/cases':
      return { to: 'list' };
    case '/results':
      return { to: 'results' };
  }
  if (!url.pathname.startsWith('/case/')) return { to: 'nowhere' };
  const id = decoded(url.pathname.substring('/case/'.length));
  if (id === undefined) return { to: 'malformed' };
  const found = cases.find((each) => each.id === id);
  return found === undefined ? needsCase : { to: 'run', test: found, agent: agent ?? UNNAMED };
}

/** Text without percent-encoding; nothing if the octets are not UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * `case` is a number into the list, counted from 1, and wins over `casetuple`, which is an id; 0
 * counts as absent.
 */
function numbered(query: URLSearchParams, cases: readonly Case[]): Case | undefined {
  const number = query.get('case');
  if (number !== null && number !== '0')
    return /^[0-9]+$/.test(number) ? cases[Number(number) - 1] : undefined;
  return cases.find(({ id }) => id === query.get('casetuple'));
}
