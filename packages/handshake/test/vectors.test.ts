import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { THOROUGH } from '../../../tools/thorough.js';
import { inputOf, readJson, run, vectors } from './vectors.js';

test('the vectors are valid by their schema, and each has an id of its own', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate = ajv.compile(readJson('schema/handshake.schema.json') as object);
  validate(readJson('vectors/handshake.json'));
  expect(validate.errors).toBeNull();
  expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
});

test('every row of the table of published mistakes that a vector can show has one', () => {
  const shown = new Set(vectors.flatMap(({ advisories = [] }) => advisories));
  // H07 needs permessage-deflate; H15 to H18 are callers' faults, in callers.test.ts; H33 and A05 are about more than a head.
  const rows = [
    ...['01', '02', '03', '04', '05', '06', '08', '09', '10', '11', '12', '13', '14', '19', '20', '21', '22'],
    ...['23', '24', '25', '26', '27', '28', '29', '30', '31', '32', '33', '34'],
  ].map((row) => `H${row}`);
  rows.push('A01', 'A02', 'A03', 'A04', 'A06', 'A07', 'M14', 'M18', 'M19', 'M35', 'M37');
  expect(rows.filter((row) => !shown.has(row))).toEqual([]);
});

test.each(vectors.map((vector) => [vector.id, vector] as const))('%s', (_id, vector) => {
  const input = inputOf(vector);
  const { expect: expected } = vector;
  const whole = run(vector, []);
  expect(whole).toMatchObject(expected);
  if (whole['outcome'] === 'accepted' && expected['remaining'] === undefined) {
    expect(whole['remaining']).toBe('');
  }

  expect(run(vector, [...input.keys()].slice(1)), 'byte by byte').toEqual(whole);

  const text = JSON.stringify(whole);
  // The long ones are one byte many times over: a prime step meets every kind of place.
  const step = input.length > 2000 ? 97 : input.length > 300 && !THOROUGH ? 7 : 1;
  for (let at = 0; at <= input.length; at += step) {
    if (JSON.stringify(run(vector, [at])) !== text) expect(run(vector, [at]), `cut at ${at}`).toEqual(whole);
  }
});
