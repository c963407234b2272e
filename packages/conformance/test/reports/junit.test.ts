/** JUnit XML, held against a schema by libxml2, whatever texts stand in it. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { anyCharacter } from '../../../../tools/any-character.js';
import { type AgentResults, allCases, type CaseResult, type Verdict } from '../../src/index.js';
import { knownDeviations } from '../../src/reports/expected.js';
import { junitXml } from '../../src/reports/junit.js';
import { type Report, VERDICTS } from '../../src/reports/report.js';

const SCHEMA = readFileSync(new URL('./junit.xsd', import.meta.url), 'utf8');

function reportOf(agent: string, verdicts: readonly Verdict[], explanation = 'because'): Report {
  const cases = verdicts.map(
    (verdict, nth) =>
      ({ ...allCases[nth]!, agent, verdict, explanation, durationMs: nth }) as unknown as CaseResult,
  );
  const results: AgentResults = {
    agent,
    role: 'server',
    target: 'ws://a/',
    startedAt: 0,
    durationMs: 5,
    cases,
  };
  return { agents: [results], cases: allCases, commandFor: ({ id }) => `again <${id}>` };
}

async function faultsOf(xml: string): Promise<readonly { readonly message: string }[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: xml }], schema: [SCHEMA] });
  return errors;
}

function count(xml: string, pattern: RegExp): number {
  return xml.match(pattern)?.length ?? 0;
}

describe('JUnit XML', () => {
  test('fits the schema, whatever an endpoint calls itself and says', async () => {
    const anything = fc.string({ unit: anyCharacter, maxLength: 30 });
    const verdicts = fc.array(fc.constantFrom(...VERDICTS), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(anything, verdicts, anything, async (agent, list, explanation) => {
        expect(await faultsOf(junitXml(reportOf(agent, list, explanation)))).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  test('and the schema does notice what is wrong', async () => {
    const xml = junitXml(reportOf('a', ['FAILED']));
    expect(await faultsOf(xml.replace('errors="0"', 'errors="none"'))).not.toEqual([]);
    expect(await faultsOf(xml.replace('classname=', 'class='))).not.toEqual([]);
  });

  test('counts failures, and skips what is not spoken', () => {
    const xml = junitXml(reportOf('a', VERDICTS));
    expect(xml).toContain('tests="5" failures="1" errors="0" skipped="1"');
    expect(count(xml, /<failure /g)).toBe(1);
    expect(count(xml, /<skipped /g)).toBe(1);
    expect(count(xml, /<system-out>/g)).toBe(2);
    expect(xml).toContain('again &lt;1.2.1&gt;'.replace('1.2.1', allCases[4]!.id));
  });

  test('with known deviations only surprises fail', () => {
    const [first, second, third] = allCases;
    const known = knownDeviations(
      { [first!.id]: { verdict: 'FAILED', because: 'issue 7' }, [second!.id]: 'FAILED' },
      allCases,
    );
    const xml = junitXml(reportOf('a', ['FAILED', 'OK', 'FAILED']), known);
    expect(xml).toContain('tests="3" failures="2" errors="0" skipped="1"');
    expect(xml).toContain('<skipped message="FAILED: issue 7"/>');
    const failed = [...xml.matchAll(/<testcase [^>]*name="(\S+) [^>]*>\s*<failure message="([^"]*)"/g)];
    expect(failed.map(([, id, message]) => [id, message])).toEqual([
      [second!.id, 'OK in place of FAILED: take it off the list of known deviations'],
      [third!.id, 'because'],
    ]);
  });
});
