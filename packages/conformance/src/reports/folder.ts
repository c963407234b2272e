/** A folder with everything: pages, the old suite's JSON, ours, and JUnit XML. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../model/payload.js';
import type { AgentResults, CaseResult, LogEntry, Traffic } from '../model/result.js';
import type { KnownDeviations } from './expected.js';
import { junitXml } from './junit.js';
import { oldCase, oldIndex } from './old-suite.js';
import { casePage, indexPage } from './pages.js';
import { asset, type Report, resultsById } from './report.js';

/**
 * Writes the folder: `index.html` and a page a case and endpoint, `index.json` and a file a case in
 * the old suite's shape, `results.json` in ours, `junit.xml`. Files of an earlier run with other
 * names are left alone.
 *
 * @param folder - made if it is missing
 * @param known - deviations that are put up with
 * @throws the errors of the file system
 */
export function writeReportFolder(folder: string, report: Report, known?: KnownDeviations): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const { agents, cases } = report;
  const fileOf = baseNames(agents);
  const found = agents.map((agent) => ({ agent, byId: resultsById(agent) }));
  for (const { agent, byId } of found) {
    const run = cases.filter(({ id }) => byId.has(id));
    for (const [nth, test] of run.entries()) {
      const result = byId.get(test.id)!;
      const name = fileOf(agent, test.id);
      const neighbour = (at: number): string | undefined => run[at] && `${fileOf(agent, run[at].id)}.html`;
      const page = casePage(test, agent, result, report, {
        previous: neighbour(nth - 1),
        next: neighbour(nth + 1),
        json: `${name}.json`,
        agents: found.flatMap((other) => {
          const theirs = other.byId.get(test.id);
          if (theirs === undefined) return [];
          return [{ agent: other.agent, result: theirs, href: `${fileOf(other.agent, test.id)}.html` }];
        }),
      });
      write(`${name}.html`, page);
      write(`${name}.json`, jsonFile(oldCase(test, result, nth + 1)));
    }
  }
  write(
    'index.html',
    indexPage(report, (agent, id) => `${fileOf(agent, id)}.html`),
  );
  write('index.json', jsonFile(oldIndex(agents, fileOf)));
  write('results.json', resultsJson(report));
  write('junit.xml', junitXml(report, known));
  for (const name of ['report.css', 'report.js']) write(name, asset(name));
}

/** Three blanks of indent are the old suite's. */
function jsonFile(value: unknown): string {
  return `${JSON.stringify(value, null, 3)}\n`;
}

// ---- JSON ----
// Our own JSON: all agents, all cases, all results. Octets are hexadecimal digits.

/** Changes when a field changes its meaning or goes. */
const VERSION = 1;
/** Of a payload in a log. */
const KEPT = 256;

/**
 * Writes everything as one JSON document. Logs of cases that are OK are left out, and payloads in
 * the others cut.
 *
 * @returns the document, a case and a result a line
 */
export function resultsJson({ agents, cases }: Report): string {
  const listed = cases.map(({ id, section, sentence, sent, right, tolerated, wrong }) =>
    JSON.stringify({ id, section, sentence, sent, right, tolerated, wrong }),
  );
  const results = agents.map((agent) => {
    const { cases: rows, ...head } = agent;
    return `{"about":${JSON.stringify(head)},"results":[\n${rows.map(resultLine).join(',\n')}\n]}`;
  });
  const head = `"format":"sanssocket-conformance","version":${VERSION}`;
  return `{${head},"cases":[\n${listed.join(',\n')}\n],"agents":[\n${results.join(',\n')}\n]}\n`;
}

function resultLine(result: CaseResult): string {
  const { log, traffic, events, ...plain } = result;
  return JSON.stringify({
    ...plain,
    events: events.map(({ bytes, ...event }) => ({ ...event, bytes: toHex(bytes.subarray(0, KEPT)) })),
    traffic: {
      ...traffic,
      sent: plainTraffic(traffic.sent),
      received: plainTraffic(traffic.received),
    },
    log: result.verdict === 'OK' ? [] : log.map(plainEntry),
  });
}

function plainTraffic({ octets, frames, ...counts }: Traffic) {
  return { ...counts, octets: Object.fromEntries(octets), frames: Object.fromEntries(frames) };
}

function plainEntry(entry: LogEntry) {
  if (entry.kind === 'octets') return { ...entry, bytes: toHex(entry.bytes.subarray(0, KEPT)) };
  if (entry.kind !== 'frame') return entry;
  return { ...entry, header: toHex(entry.header), payload: toHex(entry.payload.subarray(0, KEPT)) };
}

// ---- Names of files for agents and cases, as the old suite makes them ----

/** An agent's name in lower case, with blanks and everything but letters and digits as `_`. */
function agentSlug(agent: string): string {
  return agent
    .toLowerCase()
    .replace(/[^a-z0-9]/g, ' ')
    .trim()
    .replaceAll(' ', '_');
}

/** An id with `_` for its dots. */
function caseSlug(id: string): string {
  return id.replaceAll('.', '_');
}

/**
 * Finds a base name, without an extension, for each agent's pages. Two agents can have the same one
 * by the old suite's rule; the later then gets a number.
 */
export function baseNames(agents: readonly AgentResults[]): (agent: AgentResults, id: string) => string {
  const slugs = new Map<AgentResults, string>();
  const taken = new Set<string>();
  for (const agent of agents) {
    const slug = agentSlug(agent.agent) || 'unnamed';
    let name = slug;
    for (let nth = 2; taken.has(name); nth++) name = `${slug}_${nth}`;
    taken.add(name);
    slugs.set(agent, name);
  }
  return (agent, id) => `${slugs.get(agent)!}_case_${caseSlug(id)}`;
}
