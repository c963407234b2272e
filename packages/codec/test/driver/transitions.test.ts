/**
 * The states of a driver and of a keepalive: the code makes every transition of the tables, and no
 * other.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fenced, type TransitionTable, transitionArrows } from '../../../../tools/transition-picture.js';
import { ConnectionDriver, type Transport } from '../../src/driver/driver.js';
import { KEEPALIVE_TRANSITIONS, type KeepaliveAction } from '../../src/driver/keepalive.js';
import { DRIVER_TRANSITIONS } from '../../src/driver/loop.js';
import { Connection, Keepalive } from '../../src/index.js';

describe.each([
  ['loop', DRIVER_TRANSITIONS as TransitionTable],
  ['keepalive', KEEPALIVE_TRANSITIONS as TransitionTable],
])('the picture of a %s', (name, table) => {
  const root = new URL('../../../../', import.meta.url);

  it.each([
    [`packages/codec/src/driver/${name}.ts`, ' * '],
    ['ARCHITECTURE.md', ''],
  ])('in %s is the table', (path, margin) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toContain(fenced(transitionArrows(table, 3), margin));
  });
});

describe('a keepalive', () => {
  const TIMES = { pingIntervalMs: 100, pongTimeoutMs: 30, idleTimeoutMs: 250, closeTimeoutMs: 50 };
  /** A method and a time to wait before it is called. */
  type Step = readonly [call: 'received' | 'closing' | 'awaitFrom' | 'check', wait: number];
  const STEPS: readonly Step[] = [
    ['received', 5],
    ['closing', 5],
    ['awaitFrom', 5],
    ['check', 0],
    ['check', 30],
    ['check', 50],
    ['check', 100],
    ['check', 250],
  ];

  function walk(steps: readonly Step[]): { keepalive: Keepalive; now: number; event: string } {
    const keepalive = new Keepalive(TIMES, 0);
    let now = 0;
    let event = 'none';
    for (const [call, wait] of steps) {
      now += wait;
      event = keepalive[call](call === 'awaitFrom' ? now + 1000 : now) ?? call;
    }
    return { keepalive, now, event };
  }

  /** The state, by all that it can be asked. */
  function stateAfter(steps: readonly Step[]): string {
    const { keepalive, now } = walk(steps);
    if (keepalive.answerDeadline === Number.POSITIVE_INFINITY) {
      if (keepalive.deadline < Number.POSITIVE_INFINITY) return 'alive';
      keepalive.closing(now);
      return keepalive.deadline === Number.POSITIVE_INFINITY ? 'done' : 'expired';
    }
    const due: KeepaliveAction[] = [];
    for (let i = 0; i < 3; i++) due.push(keepalive.check(now + 10_000));
    return due.includes('close-timeout') ? 'closing' : 'pinged';
  }

  it('makes every transition of its table, and no other', () => {
    const table: TransitionTable = KEEPALIVE_TRANSITIONS as TransitionTable;
    const made: Record<string, Record<string, string>> = {};
    const visit = (steps: readonly Step[], state: string, depth: number): void => {
      for (const step of depth === 0 ? [] : STEPS) {
        const longer = [...steps, step];
        const { event } = walk(longer);
        const next = stateAfter(longer);
        const expected = table[state]![event];
        expect([longer, state, event, next]).toEqual([longer, state, event, expected ?? state]);
        made[state] ??= {};
        if (expected !== undefined) made[state][event] = next;
        else expect(['none', 'received', 'closing', 'awaitFrom']).toContain(event);
        visit(longer, next, depth - 1);
      }
    };
    visit([], 'alive', 4);
    expect(made).toEqual(table);
  });
});

describe('a driver', () => {
  /** A driver in a state, and the calls of its transport since. */
  function driverIn(state: string): { driver: ConnectionDriver; connection: Connection; calls: string[] } {
    const calls: string[] = [];
    const transport: Transport = {
      write: (chunks) => chunks.reduce((sum, { length }) => sum + length, 0),
      pause: () => {},
      resume: () => {},
      end: () => void calls.push('end'),
      destroy: () => void calls.push('destroy'),
      wakeAt: () => {},
    };
    const connection = new Connection({ role: 'server' }, {});
    const driver = new ConnectionDriver(connection, transport, {}, 0);
    if (state === 'ending') EVENTS['end']!(driver);
    if (state === 'gone') EVENTS['closed']!(driver);
    calls.length = 0;
    return { driver, connection, calls };
  }

  const EVENTS: Readonly<Record<string, (driver: ConnectionDriver) => void>> = {
    end: (driver) => driver.fail(1000),
    closed: (driver) => driver.transportClosed(),
    // No Pong, or no end of TCP.
    destroy(driver) {
      for (let now = 0; now < 100_000; now += 1000) driver.wake(now);
    },
  };

  const SEEN: Readonly<Record<string, (calls: string[], closed: boolean) => boolean>> = {
    end: (calls, closed) => calls.includes('end') && !closed,
    closed: (calls, closed) => closed && calls.length === 0,
    destroy: (calls, closed) => closed && calls.includes('destroy'),
  };

  it.each(
    Object.keys(DRIVER_TRANSITIONS).flatMap((state) =>
      Object.keys(EVENTS).map((event) => [state, event] as const),
    ),
  )('in state %s, at the event %s, does as its table says', (state, event) => {
    const { driver, calls } = driverIn(state);
    EVENTS[event]!(driver);
    const next = (DRIVER_TRANSITIONS as TransitionTable)[state]![event];
    if (next === undefined) expect([calls, driver.closed]).toEqual([[], state === 'gone']);
    else expect(SEEN[event]!(calls, driver.closed)).toBe(true);
    expect(driver.closed).toBe((next ?? state) === 'gone');
  });
});
