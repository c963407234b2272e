/** Known deviations: what is new and what is mended are both noticed, and the file that a run writes is what the next one expects. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AgentResults, allCases, type CaseResult, type Verdict } from '../../src/index.js';
import {
  expectationsOf,
  InvalidExpectations,
  knownDeviations,
  lookUp,
  surprises,
} from '../../src/reports/expected.js';
import { VERDICTS } from '../../src/reports/report.js';

/** Results with nothing but ids and verdicts. */
function agentWith(verdicts: Readonly<Record<string, Verdict>>): AgentResults {
  const cases = Object.entries(verdicts).map(([id, verdict]) => ({ id, verdict }) as CaseResult);
  return { agent: 'a', role: 'server', target: 'ws://a/', startedAt: 0, durationMs: 0, cases };
}

function surprised(verdicts: Readonly<Record<string, Verdict>>, file: unknown): string[] {
  const found = surprises([agentWith(verdicts)], knownDeviations(file, allCases));
  return found.map(({ kind, result }) => `${kind} ${result.id}`);
}

describe('surprises', () => {
  test('a failure that is not listed is news, and anything milder is none', () => {
    expect(surprised({ '1.1.1': 'FAILED', '1.1.2': 'NON-STRICT', '1.1.3': 'UNIMPLEMENTED' }, {})).toEqual([
      'news 1.1.1',
    ]);
  });

  test('what is listed and is so is no surprise', () => {
    const file = { '1.1.1': 'FAILED', '13.*': { verdict: 'UNIMPLEMENTED', because: 'no compression' } };
    expect(
      surprised({ '1.1.1': 'FAILED', '13.1.1': 'UNIMPLEMENTED', '13.7.9': 'UNIMPLEMENTED' }, file),
    ).toEqual([]);
  });

  test('what is listed and has been mended is a surprise, also by a half', () => {
    const file = { '1.1.1': 'FAILED', '1.1.2': 'FAILED', '13.*': 'UNIMPLEMENTED' };
    expect(surprised({ '1.1.1': 'OK', '1.1.2': 'NON-STRICT', '13.1.1': 'OK' }, file)).toEqual([
      'mended 1.1.1',
      'mended 1.1.2',
      'mended 13.1.1',
    ]);
  });

  test('what is listed as milder than it is now is news', () => {
    expect(surprised({ '1.1.1': 'FAILED' }, { '1.1.1': 'NON-STRICT' })).toEqual(['news 1.1.1']);
  });

  test('what is listed and was not run is no surprise', () => {
    expect(surprised({ '1.1.1': 'OK' }, { '9.1.1': 'FAILED' })).toEqual([]);
  });

  test('an id wins over a pattern, a later pattern over an earlier one', () => {
    const known = knownDeviations({ '6.4.1': 'OK', '6.*': 'FAILED', '6.4.*': 'NON-STRICT' }, allCases);
    expect(['6.4.1', '6.4.2', '6.1.1', '1.1.1'].map((id) => lookUp(known, id)?.verdict)).toEqual([
      'OK',
      'NON-STRICT',
      'FAILED',
      undefined,
    ]);
  });
});

describe('the file', () => {
  test.each([
    ['no object', [], /an object/],
    ['null', null, /an object/],
    ['an id of no case', { '1.1.99': 'FAILED' }, /no case 1\.1\.99/],
    ['no verdict', { '1.1.1': 'BAD' }, /1\.1\.1: one of OK/],
    ['no verdict in an object', { '1.1.1': {} }, /1\.1\.1: one of OK/],
    ['a reason that is no text', { '1.1.1': { verdict: 'FAILED', because: 1 } }, /because/],
  ])('is refused if it is wrong: %s', (_, file, message) => {
    expect(() => knownDeviations(file, allCases)).toThrow(InvalidExpectations);
    expect(() => knownDeviations(file, allCases)).toThrow(message);
  });

  const ids = allCases.slice(0, 40).map(({ id }) => id);
  const runs = fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...VERDICTS));

  test('that a run writes has no surprise for the same run, and one for each failure that comes or goes', () => {
    fc.assert(
      fc.property(runs, runs, runs, (before, first, second) => {
        const listed = knownDeviations(expectationsOf([agentWith(before)], {}, allCases), allCases);
        const written = JSON.parse(JSON.stringify(expectationsOf([agentWith(first)], listed, allCases)));
        expect(surprised(first, written)).toEqual([]);
        const changed = Object.keys(second).filter(
          (id) => id in first && (first[id] === 'FAILED') !== (second[id] === 'FAILED'),
        );
        const noticed = surprised(second, written).map((line) => line.split(' ')[1]);
        expect(noticed).toEqual(expect.arrayContaining(changed));
      }),
    );
  });

  test('that a run writes keeps reasons, and what was not run', () => {
    const before = {
      '1.1.1': { verdict: 'FAILED', because: 'issue 7' },
      '2.1': 'FAILED',
      '2.2': 'FAILED',
    } as const;
    const known = knownDeviations(before, allCases);
    const run = agentWith({ '1.1.1': 'FAILED', '2.1': 'OK', '3.1': 'FAILED' });
    expect(expectationsOf([run], known, allCases)).toEqual({
      '1.1.1': { verdict: 'FAILED', because: 'issue 7' },
      '2.2': { verdict: 'FAILED', because: undefined },
      '3.1': 'FAILED',
    });
  });

  test('that a run writes keeps the form and the order of entries that it does not change', () => {
    const file = {
      '3.1': 'FAILED',
      '1.1.*': { verdict: 'NON-STRICT', issue: 12 },
      '2.1': { verdict: 'FAILED' },
      '2.2': 'FAILED',
      '2.3': { verdict: 'FAILED', because: 'issue 7' },
    };
    const known = knownDeviations(file, allCases);
    const run = agentWith({ '2.1': 'FAILED', '2.2': 'NON-STRICT', '2.3': 'OK', '1.2.1': 'FAILED' });
    const written = expectationsOf([run], known, allCases, file);
    expect(JSON.stringify(written)).toBe(
      JSON.stringify({
        '3.1': 'FAILED',
        '1.1.*': { verdict: 'NON-STRICT', issue: 12 },
        '2.1': { verdict: 'FAILED' },
        '2.2': 'NON-STRICT',
        '1.2.1': 'FAILED',
      }),
    );
  });

  test('that a run writes keeps a pattern until all of its cases were run', () => {
    const known = knownDeviations({ '1.1.*': 'NON-STRICT' }, allCases);
    const some = { '1.1.1': 'OK', '1.1.2': 'NON-STRICT', '1.1.3': 'FAILED' } as const;
    const written = expectationsOf([agentWith(some)], known, allCases);
    expect(written).toEqual({
      '1.1.*': { verdict: 'NON-STRICT', because: undefined },
      '1.1.1': 'OK',
      '1.1.2': 'NON-STRICT',
      '1.1.3': 'FAILED',
    });
    expect(surprised({ ...some, '1.1.4': 'NON-STRICT' }, JSON.parse(JSON.stringify(written)))).toEqual([]);
    const all = Object.fromEntries(
      allCases.filter(({ id }) => id.startsWith('1.1.')).map(({ id }) => [id, 'OK' as const]),
    );
    expect(expectationsOf([agentWith(all)], known, allCases)).toEqual({});
    // A run of a client says nothing of a case for servers.
    const forServers = knownDeviations({ 'request.minimal': 'FAILED' }, allCases);
    const ofClient = { ...agentWith(all), role: 'client' } as const;
    expect(Object.keys(expectationsOf([ofClient], forServers, allCases))).toEqual(['request.minimal']);
  });
});
