import { describe, expect, it } from 'vitest';
import { CASES } from '../src/cases/index.mjs';
import { GROUPS } from '../src/figures/rows.mjs';
import { tableOf } from '../src/figures/table.mjs';
import { mergeRows } from '../src/results.mjs';
import { condense } from '../src/runner.mjs';

const row = (name: string, runtime: string, ratio: number, more = {}) => ({
  case: name,
  runtime,
  unit: 'ns/message',
  ours: 100,
  peer: 'ws',
  theirs: 100 * ratio,
  ratio,
  spread: 0.1,
  ...more,
});

const machine = {
  cpu: 'Xeon',
  cores: 2,
  date: '2026-01-01',
  nodes: { 24: '24.1.0' },
  peers: { ws: '8.0.0', 'websocket-driver': '0.8.0', bun: '1.0.0', deno: '2.0.0' },
};

describe('the table of the README', () => {
  it('has losses as well as wins, ranges, and a column for each runtime measured', () => {
    const results = [
      row('outside/64x1/text/16B', 'node 24', 0.894, {
        ratios: [0.85, 1.24],
        rates: { ours: 950, theirs: 45_100 },
      }),
      row('outside/bun/64x1/text/16B', 'bun', 12.4),
      row('mixed/receive/16B/array', 'node 22', 3, { ours: 1.2, theirs: 3.6 }),
    ];
    const table = tableOf(results, machine);
    expect(table).toContain('| Node 24 | Bun | messages/s, Node 24: ours / peer |');
    expect(table).toContain('in flight on each | 0.85-1.2 | 12 | 950 / 45k |');
    expect(table).toContain('| 16 B received, as arrays | 1.2 / 3.6 |');
    expect(table).not.toContain('broadcast');
  });

  it('shows only cases that there are, each once', () => {
    const shown = GROUPS.flatMap(({ rows }) => rows.map(([id]) => id));
    expect(new Set(shown).size).toBe(shown.length);
    const ids = CASES.map(({ id }) => id);
    expect(shown.filter((id) => !ids.includes(id!))).toEqual([]);
  });
});

describe('results', () => {
  it('are renewed part by part, and forget cases that are no more', () => {
    const before = [
      row('handshake/server', 'node 22', 1),
      row('gone', 'node 22', 1),
      row('send/16B/text/server', 'node 24', 2),
    ];
    const now = [row('handshake/server', 'node 22', 3), row('handshake/server', 'node 24', 4)];
    expect(mergeRows(before, now).map(({ case: name, runtime, ratio }) => [name, runtime, ratio])).toEqual([
      ['send/16B/text/server', 'node 24', 2],
      ['handshake/server', 'node 22', 3],
      ['handshake/server', 'node 24', 4],
    ]);
  });

  it('are medians, with rates where samples have them', () => {
    const benchCase = { id: 'x', unit: 'ns/message', peer: 'ws', target: 2 };
    expect(condense(benchCase, { ours: [1, 2, 30], theirs: [4, 4, 4] })).toMatchObject({
      ours: 2,
      theirs: 4,
      ratio: 2,
    });
    const sample = { figure: 10, rate: 500 };
    expect(condense(benchCase, { ours: [sample], theirs: [sample] }).rates).toEqual({
      ours: 500,
      theirs: 500,
    });
  });

  it('count what never came as one', () => {
    const benchCase = { id: 'x', unit: 'per 100,000', peer: 'ws', most: 3 };
    expect(condense(benchCase, { ours: [47], theirs: [0] }).ratio).toBeCloseTo(1 / 47, 4);
    expect(condense(benchCase, { ours: [0], theirs: [0] }).ratio).toBe(1);
  });
});
