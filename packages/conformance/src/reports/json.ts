/** Our own JSON: all agents, all cases, all results. Octets are hexadecimal digits. */
import { toHex } from '../model/payload.js';
import type { CaseResult, LogEntry, Traffic } from '../model/result.js';
import type { Report } from './report.js';

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
