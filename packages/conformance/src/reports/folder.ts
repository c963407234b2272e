/** A folder with everything: pages, the old suite's JSON, ours, and JUnit XML. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownDeviations } from './expected.js';
import { baseNames } from './file-names.js';
import { casePage } from './html/case-page.js';
import { indexPage } from './html/index-page.js';
import { resultsJson } from './json.js';
import { junitXml } from './junit.js';
import { oldCase } from './old-suite/case-json.js';
import { oldIndex } from './old-suite/index-json.js';
import { type Report, resultsById } from './report.js';
import { asset } from './templates.js';

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
