/** JUnit XML, which CI systems draw: a suite an agent, a test case a case. */
import { sectionName } from '../conversation/verdict.js';
import type { AgentResults, CaseResult, Death } from '../model/result.js';
import { type KnownDeviations, lookUp, surprises } from './expected.js';
import { deathText, groupTitle, type Report, render } from './report.js';

/** The parts of a test case in JUnit; at most one of `failure` and `skipped`. */
interface TestCase {
  readonly className: string;
  readonly name: string;
  readonly seconds: string;
  readonly failure: string | undefined;
  readonly details: string;
  readonly skipped: string | undefined;
  readonly remark: string | undefined;
}

/**
 * Writes the document. Without known deviations each failure is one; with them each difference is.
 * Known deviations, and cases that the endpoint does not implement, are skipped.
 *
 * @param known - deviations that are put up with
 */
export function junitXml(report: Report, known?: KnownDeviations): string {
  const suites = report.agents.map((agent) => suite(agent, report, known));
  const sum = (count: (each: (typeof suites)[number]) => number): number =>
    suites.reduce((total, each) => total + count(each), 0);
  return render('junit', {
    suites,
    tests: sum(({ tests }) => tests),
    failures: sum(({ failures }) => failures),
    seconds: seconds(report.agents.reduce((total, { durationMs }) => total + durationMs, 0)),
  });
}

function suite(agent: AgentResults, report: Report, known: KnownDeviations | undefined) {
  const sentences = new Map(report.cases.map(({ id, sentence }) => [id, sentence]));
  const cases = [
    ...(agent.deaths ?? [])
      .filter(({ culprit }) => culprit === undefined)
      .map((death) => deathCase(agent, death)),
    ...agent.cases.map((result) => testCase(result, sentences.get(result.id), report, known)),
  ];
  return {
    name: printable(`${agent.agent} (${agent.role})`),
    timestamp: new Date(agent.startedAt).toISOString().replace(/\.\d+Z$/, ''),
    seconds: seconds(agent.durationMs),
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure !== undefined).length,
    skipped: cases.filter(({ skipped }) => skipped !== undefined).length,
    cases,
  };
}

/** A server that went for good, and nobody can tell of which case. */
function deathCase(results: AgentResults, death: Death): TestCase {
  const text = deathText(death, results);
  return {
    className: printable(results.agent),
    name: 'The endpoint is there to the end',
    seconds: seconds(0),
    failure: text,
    details: text,
    skipped: undefined,
    remark: undefined,
  };
}

function testCase(
  result: CaseResult,
  sentence: string | undefined,
  { commandFor }: Report,
  known: KnownDeviations | undefined,
): TestCase {
  const { id, agent, verdict, explanation, section, durationMs } = result;
  const failure = failureOf(result, known);
  const isDeviation = verdict === 'FAILED' || verdict === 'UNIMPLEMENTED';
  const because = known === undefined ? undefined : lookUp(known, id)?.because;
  const skipped =
    failure !== undefined || !isDeviation ? undefined : printable(`${verdict}: ${because ?? explanation}`);
  return {
    className: printable(`${agent}.${groupTitle(id).replaceAll('.', ' ')}`),
    name: printable(sentence === undefined ? id : `${id} ${sentence}`),
    seconds: seconds(durationMs),
    failure: failure === undefined ? undefined : printable(failure),
    details: printable(`${sectionName(section)}\n${explanation}\n${commandFor(result)}`),
    skipped,
    remark:
      verdict === 'NON-STRICT' || verdict === 'INFORMATIONAL'
        ? printable(`${verdict}: ${explanation}`)
        : undefined,
  };
}

function failureOf(result: CaseResult, known: KnownDeviations | undefined): string | undefined {
  if (known === undefined) return result.verdict === 'FAILED' ? result.explanation : undefined;
  const [surprise] = surprises([{ ...EMPTY, cases: [result] }], known);
  if (surprise === undefined) return undefined;
  return surprise.kind === 'news'
    ? result.explanation
    : `${result.verdict} in place of ${surprise.known}: take it off the list of known deviations`;
}

const EMPTY: Omit<AgentResults, 'cases'> = {
  agent: '',
  role: 'server',
  target: '',
  startedAt: 0,
  durationMs: 0,
};

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/**
 * XML 1.0 has no control characters but tab and line ends, no lone surrogates, and not the last two
 * code points of the first plane.
 */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
