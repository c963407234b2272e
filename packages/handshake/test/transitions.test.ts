/**
 * The states of both handshakes and of the head reader: the code makes every transition of the
 * tables, and no other; the pictures at the heads of the files are drawn from them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fenced, type TransitionTable, transitionArrows } from '../../../tools/transition-picture.js';
import { CLIENT_TRANSITIONS } from '../src/client.js';
import { HEAD_TRANSITIONS, HeadReader } from '../src/head-reader.js';
import { acceptKey } from '../src/header-values.js';
import { ClientHandshake, ServerHandshake } from '../src/index.js';
import { SERVER_TRANSITIONS } from '../src/server.js';
import { bytes, requestText } from './bytes.js';

function sourceOf(file: string): string {
  return readFileSync(new URL(`../src/${file}.ts`, import.meta.url), 'utf8');
}

it.each([
  ['server', SERVER_TRANSITIONS as TransitionTable],
  ['client', CLIENT_TRANSITIONS as TransitionTable],
])('the picture of a %s is the table', (file, table) => {
  expect(sourceOf(file)).toContain(fenced(transitionArrows(table, 2), ' * '));
});

/** Something that is done to a machine, and the event that it is to be; none where it changes nothing. */
type Call<Machine> = readonly [name: string, call: (machine: Machine) => unknown];

/**
 * Makes every sequence of calls up to a length, and notes each change of state with the name of the
 * call that made it.
 */
function walk<Machine extends { readonly state: string }>(
  make: () => Machine,
  calls: readonly Call<Machine>[],
  length: number,
): Set<string> {
  const changes = new Set<string>();
  const visit = (before: readonly Call<Machine>[]): void => {
    for (const call of calls) {
      const machine = make();
      for (const [, earlier] of before) attempt(() => earlier(machine));
      const from = machine.state;
      attempt(() => call[1](machine));
      if (machine.state !== from) changes.add(`${from}, ${call[0]}: ${machine.state}`);
      if (before.length + 1 < length) visit([...before, call]);
    }
  };
  visit([]);
  return changes;
}

/** Makes a call that a state may forbid. */
function attempt(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_STATE' });
  }
}

/** The changes of a table, each event made by some calls. */
function changesOf(table: TransitionTable, made: Readonly<Record<string, readonly string[]>>): Set<string> {
  return new Set(
    Object.entries(table).flatMap(([from, events]) =>
      Object.entries(events).flatMap(([event, to]) =>
        made[`${from}, ${event}`]!.map((call) => `${from}, ${call}: ${to}`),
      ),
    ),
  );
}

it('a server makes every transition of its table, and no other', () => {
  const calls: readonly Call<ServerHandshake>[] = [
    ['a part', (server) => server.receive(bytes('GET'))],
    ['a request', (server) => server.receive(bytes(requestText()))],
    ['a wrong request', (server) => server.receive(bytes('POST / HTTP/1.1\r\n\r\n'))],
    ['a wrong byte', (server) => server.receive(bytes('\0'))],
    ['receiveEof', (server) => server.receiveEof()],
    ['accept', (server) => server.accept()],
    ['reject', (server) => server.reject({ status: 403 })],
  ];
  const made = {
    'reading, request': ['a request'],
    // Behind a part, a right request is a wrong one.
    'reading, fault': ['a request', 'a wrong request', 'a wrong byte', 'receiveEof'],
    'deciding, accept': ['accept'],
    'deciding, reject': ['reject'],
  };
  expect(walk(() => new ServerHandshake(), calls, 4)).toEqual(
    changesOf(SERVER_TRANSITIONS as TransitionTable, made),
  );
});

it('a client makes every transition of its table, and no other', () => {
  const random = (key: Uint8Array): unknown => key.fill(0);
  const accept = acceptKey('AAAAAAAAAAAAAAAAAAAAAA==');
  const right = `HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
  const calls: readonly Call<ClientHandshake>[] = [
    ['a part', (client) => client.receive(bytes('HTTP'))],
    ['an interim response', (client) => client.receive(bytes('HTTP/1.1 100 C\r\n\r\n'))],
    ['a response', (client) => client.receive(bytes(right))],
    ['a wrong response', (client) => client.receive(bytes('HTTP/1.1 101 S\r\n\r\n'))],
    ['a wrong byte', (client) => client.receive(bytes('\0'))],
    ['a rejection', (client) => client.receive(bytes('HTTP/1.1 403 F\r\nContent-Length: 1000\r\n\r\n'))],
    ['a whole rejection', (client) => client.receive(bytes('HTTP/1.1 403 F\r\nContent-Length: 0\r\n\r\n'))],
    ['much', (client) => client.receive(new Uint8Array(1000))],
    ['receiveEof', (client) => client.receiveEof()],
  ];
  const made = {
    'reading, accepted': ['a response'],
    'reading, rejected': ['a rejection'],
    'reading, fault': [
      // Behind a part, a right head is a wrong one. A whole rejection is two transitions at once.
      ...['an interim response', 'a response', 'a rejection', 'a whole rejection'],
      ...['a wrong response', 'a wrong byte', 'much', 'receiveEof'],
    ],
    'rejected, body': ['much', 'receiveEof'],
  };
  const expected = changesOf(CLIENT_TRANSITIONS as TransitionTable, made);
  expect(walk(() => new ClientHandshake('ws://a/', { random }), calls, 4)).toEqual(expected);
});

describe('a head reader', () => {
  const STATES = [
    ...['FIRST', 'EMPTY_LF', 'BEGIN', 'START', 'START_LF', 'LINE', 'NAME', 'VALUE', 'VALUE_LF', 'END_LF'],
    ...['DONE', 'START_LINE_INVALID', 'LINE_END_INVALID', 'HEADER_FOLDED', 'HEADER_NAME_INVALID'],
    'HEADER_VALUE_INVALID',
  ];
  const ROWS = Object.entries(HEAD_TRANSITIONS).map(([state, row]) => [STATES[Number(state)]!, row] as const);
  const KINDS = ['CR', 'LF', 'control', 'blank', 'colon', 'token', 'else'];

  it('has its table as a picture', () => {
    const lines = ROWS.map(([state, row]) => {
      const cells = Object.entries(row).map(([kind, next]) => `${KINDS[Number(kind)]}: ${STATES[next]}`);
      return `${state.padEnd(8)}  ${cells.join(', ')}`;
    });
    expect(sourceOf('head-reader')).toContain(fenced(lines, ' * '));
  });

  /** The kind of a byte, by RFC 9110 5.5 and 5.6.2. */
  function kindOf(byte: number): string {
    const character = String.fromCharCode(byte);
    if (byte === 13) return 'CR';
    if (byte === 10) return 'LF';
    if (/[ \t]/.test(character)) return 'blank';
    if (character === ':') return 'colon';
    if (/[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(character)) return 'token';
    return byte < 32 || byte === 127 ? 'control' : 'else';
  }

  /** Bytes that lead into each state. */
  const INTO: Readonly<Record<string, string>> = {
    FIRST: '',
    EMPTY_LF: '\r',
    BEGIN: '\r\n',
    START: 'G',
    START_LF: 'G\r',
    LINE: 'G\r\n',
    NAME: 'G\r\na',
    VALUE: 'G\r\na:',
    VALUE_LF: 'G\r\na:\r',
    END_LF: 'G\r\n\r',
  };
  /** Bytes that lead from each state to the end of the head. */
  const REST: Readonly<Record<string, string>> = {
    EMPTY_LF: '\nG\r\n\r\n',
    BEGIN: 'G\r\n\r\n',
    START: '\r\n\r\n',
    START_LF: '\n\r\n',
    LINE: '\r\n',
    NAME: ':\r\n\r\n',
    VALUE: '\r\n\r\n',
    VALUE_LF: '\n\r\n',
    END_LF: '\n',
    DONE: '',
  };

  describe.each(ROWS)('%s', (state, row) => {
    // Whole, and a byte at a time, which has a way of its own.
    it.each([
      ['whole', (text: string) => [bytes(text)]],
      ['bytewise', (text: string) => [...bytes(text)].map((byte) => Uint8Array.of(byte))],
    ])('at each byte does as the table says, %s', (_, cut) => {
      for (let byte = 0; byte < 256; byte++) {
        const next = STATES[row[KINDS.indexOf(kindOf(byte))] ?? row[KINDS.indexOf('else')]!]!;
        const reader = new HeadReader({}, true);
        const before = `${INTO[state]}${String.fromCharCode(byte)}`;
        let ends = -1;
        for (const chunk of cut(before + (REST[next] ?? ''))) ends = reader.push(chunk);
        if (REST[next] === undefined) {
          expect([byte, reader.fault]).toMatchObject([byte, { code: next, offset: before.length - 1 }]);
        } else {
          expect([byte, reader.fault, ends > 0]).toEqual([byte, undefined, true]);
        }
      }
    });
  });

  it('takes no empty line where none may come', () => {
    const reader = new HeadReader({});
    reader.push(bytes('\r'));
    expect(reader.fault?.code).toBe('START_LINE_INVALID');
  });
});
