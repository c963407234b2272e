/** Holds connections to the table of their states: every transition, and no other; the pictures are drawn from it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CLOSE_STATES,
  CLOSE_TRANSITIONS,
  type CloseCause,
  type CloseState,
} from '../../src/connection/states.js';
import { CLOSE, FIN } from '../../src/frames.js';
import { Connection } from '../../src/index.js';
import { drain } from '../endpoint.js';
import { Manual } from '../extensions.js';
import { hex, toward } from '../frames.js';

type Role = 'server' | 'client';

interface Subject {
  readonly role: Role;
  readonly connection: Connection;
  readonly extension: Manual;
}

const BYE = hex('03e8');

/** The events; `encoded`: the extension finishes. */
const CAUSES: Readonly<Record<CloseCause, (subject: Subject) => unknown>> = {
  'close()': ({ connection }) => connection.close(1000),
  'a Close': ({ connection, role }) => connection.receive(toward(role, FIN | CLOSE, BYE)),
  'a fault, fail()': ({ connection }) => connection.fail(1011),
  encoded: ({ extension }) => (extension.jobs.length > 0 ? extension.finish() : undefined),
  'receiveEof()': ({ connection }) => connection.receiveEof(),
};

/** Brings a connection into each state. */
const MAKE: Readonly<Record<CloseState, (role: Role) => Promise<Subject> | Subject>> = {
  open: (role) => make(role),
  sent: (role) => after(make(role), 'close()'),
  'in line': (role) => {
    const subject = make(role);
    // A message that is being encoded, behind which the answer waits.
    subject.connection.sendText('a');
    return after(subject, 'a Close');
  },
  heard: (role) => after(make(role, false), 'a Close'),
  clean: (role) => after(make(role), 'a Close'),
  ended: (role) => after(after(make(role), 'a Close'), 'receiveEof()'),
  failed: (role) => after(make(role), 'a fault, fail()'),
  lost: (role) => after(make(role), 'receiveEof()'),
};

function make(role: Role, autoClose = true): Subject {
  const extension = new Manual();
  const connection = new Connection({ role, autoClose, generateMaskingKey: () => 0 }, {}, [extension]);
  return { role, connection, extension };
}

function after(subject: Subject, cause: CloseCause): Subject {
  CAUSES[cause](subject);
  return subject;
}

/** The part of a state that can be seen. */
function seen({ connection }: Subject): unknown {
  const { state, transportAction, closeInfo } = connection;
  return { state, transportAction, code: closeInfo?.code, wasClean: closeInfo?.wasClean };
}

function expected(state: CloseState, role: Role): object {
  const { action } = CLOSE_STATES[state];
  return { state: CLOSE_STATES[state].state, transportAction: action[role === 'server' ? 0 : 1] };
}

const STATES = Object.keys(CLOSE_STATES) as CloseState[];

describe.each(['server', 'client'] as const)('a %s', (role) => {
  it.each(STATES)('shows what the table says: %s', async (state) => {
    expect(seen(await MAKE[state](role))).toMatchObject(expected(state, role));
  });

  for (const from of STATES) {
    for (const cause of Object.keys(CAUSES) as CloseCause[]) {
      const to = CLOSE_TRANSITIONS.filter(([state, by]) => state === from && by === cause);
      it(`${from}, ${cause}: ${to.map(([, , next]) => next).join(' or ') || 'nothing changes'}`, async () => {
        const subject = await MAKE[from](role);
        drain(subject.connection);
        const before = seen(subject);
        await CAUSES[cause](subject);
        if (to.length === 0) expect(seen(subject)).toEqual(before);
        // A Close in `open`: here nothing holds the answer back.
        else expect(seen(subject)).toMatchObject(expected(to[0]![2], role));
      });
    }
  }
});

/** The table of states as lines of a picture. */
function picture(separator: string): string[] {
  return Object.values(CLOSE_STATES).map(({ state, ours, peers, action: [server, client], about }) => {
    const action = server === client ? server : `server ${server}, client ${client}`;
    return [state, ours, peers, action, about].join(separator);
  });
}

/** The cells of a picture's rows, whatever the columns' widths. */
function rows(text: string, cells: RegExp): string[] {
  return [...text.matchAll(cells)].map((match) =>
    match
      .slice(1)
      .map((cell) => (cell ?? '').trim())
      .join('|'),
  );
}

it('is drawn at the head of states.ts', () => {
  const source = readFileSync(new URL('../../src/connection/states.ts', import.meta.url), 'utf8');
  const row = /^ \* {3}(open|closing|closed) +(-|sent|in line|any) {2,}(-|heard) {2,}(.*?)(?: {2,}(.*))?$/gm;
  expect(rows(source, row)).toEqual(picture('|'));
});

it('is drawn in ARCHITECTURE', () => {
  const page = readFileSync(new URL('../../../../ARCHITECTURE.md', import.meta.url), 'utf8');
  const row = /^\| (open|closing|closed) +\| (-|sent|in line|any) +\| (-|heard) +\| (.*?) +\| (.*?) *\|$/gm;
  expect(rows(page, row)).toEqual(picture('|'));
});
