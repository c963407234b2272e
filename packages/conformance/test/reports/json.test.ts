/** The JSON files: the old suite's shape, field by field, and ours. */
import { describe, expect, test } from 'vitest';
import type { CaseResult } from '../../src/index.js';
import { baseNames, resultsJson } from '../../src/reports/folder.js';
import { oldCase, oldIndex, oldText } from '../../src/reports/old-suite.js';
import { caseOf, runScripted } from './scripted-server.js';

const ECHO_AND_CLOSE = '8100/880203e8';

/** Fields of a case's file, with the type each has. */
const FIELDS = {
  agent: 'string',
  behavior: 'string',
  behaviorClose: 'string',
  case: 'number',
  closedByMe: 'boolean',
  createStats: 'boolean',
  createWirelog: 'boolean',
  description: 'string',
  droppedByMe: 'boolean',
  duration: 'number',
  expectation: 'string',
  expected: 'object',
  expectedClose: 'object',
  failedByMe: 'boolean',
  httpRequest: 'string',
  httpResponse: 'string',
  id: 'string',
  isServer: 'boolean',
  localCloseCode: 'number or null',
  localCloseReason: 'string or null',
  received: 'array',
  remoteCloseCode: 'number or null',
  remoteCloseReason: 'string or null',
  reportCompressionRatio: 'boolean',
  reportTime: 'boolean',
  result: 'string',
  resultClose: 'string',
  rxFrameStats: 'object',
  rxOctetStats: 'object',
  started: 'string',
  trafficStats: 'object or null',
  txFrameStats: 'object',
  txOctetStats: 'object',
  wasClean: 'boolean',
  wasCloseHandshakeTimeout: 'boolean',
  wasNotCleanReason: 'string or null',
  wasOpenHandshakeTimeout: 'boolean',
  wasServerConnectionDropTimeout: 'boolean',
  wirelog: 'array',
};

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

/** What a reader of the file gets. */
function reread<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

describe("the old suite's files", () => {
  test('the index is agent, id, row', async () => {
    const agent = await runScripted('1.1.1', ECHO_AND_CLOSE, 'My Server/1.0');
    const index = reread(oldIndex([agent], baseNames([agent])));
    expect(Object.keys(index)).toEqual(['My Server/1.0']);
    expect(index['My Server/1.0']!['1.1.1']).toEqual({
      behavior: 'OK',
      behaviorClose: agent.cases[0]!.closeBehavior,
      duration: Math.round(agent.cases[0]!.durationMs),
      remoteCloseCode: 1000,
      reportfile: 'my_server_1_0_case_1_1_1.json',
    });
  });

  test('keys of the index are sorted as strings', () => {
    const cases = ['10.1.1', '9.1.1', '1.1.10', '1.1.2'].map((id) => ({ id, close: {} }) as CaseResult);
    const agent = { agent: 'a', role: 'server', target: '', startedAt: 0, durationMs: 0, cases } as const;
    const index = oldIndex([{ ...agent, agent: 'b' }, agent], baseNames([agent]));
    expect(Object.keys(index)).toEqual(['a', 'b']);
    expect(Object.keys(index['a']!)).toEqual(['1.1.10', '1.1.2', '10.1.1', '9.1.1']);
  });

  test('a case has all fields and no others, each of its type', async () => {
    const { cases } = await runScripted('1.1.1', ECHO_AND_CLOSE);
    const file: Record<string, unknown> = reread(oldCase(caseOf('1.1.1'), cases[0]!, 1));
    expect(Object.keys(file).sort()).toEqual(Object.keys(FIELDS).sort());
    for (const [name, types] of Object.entries(FIELDS))
      expect(types.split(' or '), name).toContain(typeOf(file[name]));
    expect(file).toMatchObject({
      case: 1,
      isServer: false,
      closedByMe: true,
      localCloseCode: 1000,
      expected: { OK: [['message', '', false]] },
      received: [['message', '', false]],
      expectedClose: { closedByMe: true, closeCode: [1000], requireClean: true },
      rxFrameStats: { 1: 1, 8: 1 },
    });
    expect(file['started']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('the log has two rows a frame', async () => {
    const { cases } = await runScripted('1.1.1', ECHO_AND_CLOSE);
    const { wirelog } = reread(oldCase(caseOf('1.1.1'), cases[0]!, 1));
    expect(wirelog.map(([kind]) => kind)).toEqual(['TF', 'TO', 'RO', 'RF', 'TF', 'TO', 'RO', 'RF']);
    const [kind, payload, opcode, fin, rsv, key] = wirelog[0]!;
    expect([kind, payload, opcode, fin, rsv]).toEqual(['TF', [0, ''], 1, true, 0]);
    expect(key).toMatch(/^[0-9a-f]{8}$/);
    expect(wirelog[2]).toEqual(['RO', [2, '8100']]);
    expect(wirelog[3]).toEqual(['RF', [0, ''], 1, true, 0, false, null]);
  });

  test('payloads are text, or digits, and cut when they are long', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(oldText(bytes('ü'))).toBe('ü');
    expect(oldText(Uint8Array.of(0xfe))).toBe('0xfe');
    expect(oldText(bytes('*'.repeat(60)))).toBe('*'.repeat(60));
    expect(oldText(bytes('*'.repeat(61)))).toBe(`${'*'.repeat(61)} ...`);
    expect(oldText(bytes('*'.repeat(100)))).toBe(`${'*'.repeat(64)} ...`);
  });

  test('two agents with one file name get two', () => {
    const named = (agent: string) =>
      ({ agent, role: 'server', target: '', startedAt: 0, durationMs: 0, cases: [] }) as const;
    const agents = [named('A b'), named('a-b'), named('  a/b '), named('??')];
    const fileOf = baseNames(agents);
    expect(agents.map((agent) => fileOf(agent, '7.1.1'))).toEqual([
      'a_b_case_7_1_1',
      'a_b_2_case_7_1_1',
      'a_b_3_case_7_1_1',
      'unnamed_case_7_1_1',
    ]);
  });
});

describe('our own file', () => {
  test('has every case and every result, octets as digits', async () => {
    const agent = await runScripted('1.1.1', 'a100');
    const { format, version, cases, agents } = JSON.parse(
      resultsJson({ agents: [agent], cases: [caseOf('1.1.1')], commandFor: () => '' }),
    );
    expect([format, version]).toEqual(['sanssocket-conformance', 1]);
    expect(cases).toEqual([expect.objectContaining({ id: '1.1.1', section: caseOf('1.1.1').section })]);
    expect(agents[0].about).toEqual({
      agent: 'scripted',
      role: 'server',
      target: agent.target,
      startedAt: 0,
      durationMs: 1234,
    });
    const [result] = agents[0].results;
    expect(result).toMatchObject({
      id: '1.1.1',
      verdict: 'FAILED',
      fault: { code: 'RESERVED_BITS', offset: 0 },
    });
    expect(result.log.find(({ way }: { way?: string }) => way === 'received')).toMatchObject({
      kind: 'frame',
      header: 'a100',
      payload: '',
      rsv: 2,
    });
    expect(result.traffic.received.frames).toEqual({ 1: 1 });
  });
});
