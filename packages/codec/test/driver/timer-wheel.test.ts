import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineWheel, Keepalive, type Timed, type WheelEntry } from '../../src/index.js';

class Item implements Timed {
  deadline: number;
  constructor(deadline: number) {
    this.deadline = deadline;
  }
}

function dueAt(wheel: DeadlineWheel<Item>, now: number, then: (item: Item) => number): number[] {
  const due: number[] = [];
  wheel.tick(now, (item) => {
    due.push(item.deadline);
    item.deadline = then(item);
  });
  return due.sort((a, b) => a - b);
}

describe('DeadlineWheel', () => {
  it('finds exactly what is due, at most one resolution late, whatever moves (against a plain list)', () => {
    const step = fc.record({
      ms: fc.nat(3000),
      moves: fc.array(fc.tuple(fc.nat(30), fc.integer({ min: -2000, max: 9000 })), { maxLength: 5 }),
      removes: fc.array(fc.nat(30), { maxLength: 2 }),
      adds: fc.array(fc.nat(9000), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), (steps, resolution) => {
        const wheel = new DeadlineWheel<Item>(resolution, 0);
        let live: { item: Item; entry: WheelEntry<Item> }[] = [];
        let now = 0;
        // What is due in a tick that has been served has to wait for the next one.
        let served = -1;
        for (const { ms, moves, removes, adds } of steps) {
          for (const wait of adds) {
            const item = new Item(now + wait);
            live.push({ item, entry: wheel.add(item) });
          }
          for (const [which, by] of moves) {
            const found = live[which];
            if (found === undefined) continue;
            found.item.deadline = Math.max(now, found.item.deadline + by);
            if (by < 0) wheel.update(found.entry);
          }
          for (const which of removes) {
            const found = live[which];
            if (found === undefined) continue;
            wheel.remove(found.entry);
            live = live.filter((one) => one !== found);
          }
          now += ms;
          const overdue = live.filter(
            ({ item }) =>
              Math.max(Math.ceil(item.deadline / resolution), served + 1) <= Math.floor(now / resolution),
          );
          served = Math.floor(now / resolution);
          const due = new Set<Item>();
          wheel.tick(now, (item) => {
            expect(item.deadline).toBeLessThanOrEqual(now);
            expect(due.has(item)).toBe(false);
            due.add(item);
            item.deadline = now + 1 + (item.deadline % 700);
          });
          for (const { item } of overdue) expect(due.has(item)).toBe(true);
          expect(wheel.size).toBe(live.length);
          const next = Math.min(...live.map(({ item }) => item.deadline));
          expect(wheel.next).toBeLessThanOrEqual(next + resolution);
        }
      }),
    );
  });

  it('looks only at the slots whose time has come', () => {
    const wheel = new DeadlineWheel<Timed>(10, 0);
    let looks = 0;
    for (let i = 0; i < 1000; i++) {
      wheel.add({
        get deadline() {
          looks++;
          return 1000 + i;
        },
      });
    }
    looks = 0;
    wheel.tick(999, () => expect.fail('nothing is due'));
    expect(looks).toBe(0);
    let due = 0;
    wheel.tick(1010, () => due++);
    expect(due).toBe(11);
    expect(looks).toBeLessThan(50);
  });

  it('catches up after any sleep, with one look at each item', () => {
    const wheel = new DeadlineWheel<Item>(1, 0);
    for (let i = 0; i < 2000; i++) wheel.add(new Item(i));
    expect(dueAt(wheel, 1e9, () => Number.POSITIVE_INFINITY)).toHaveLength(2000);
    expect(wheel.next).toBe(Number.POSITIVE_INFINITY);
    expect(wheel.size).toBe(2000);
  });

  it('lets the callback add, update and remove, itself and others', () => {
    const wheel = new DeadlineWheel<Item>(10, 0);
    const entries = [5, 6, 7].map((deadline) => wheel.add(new Item(deadline)));
    const seen: number[] = [];
    wheel.tick(10, (item, entry) => {
      seen.push(item.deadline);
      if (item.deadline !== 5) return;
      wheel.remove(entry);
      wheel.remove(entries[1]!);
      entries[2]!.item.deadline = 50;
      wheel.update(entries[2]!);
      wheel.add(new Item(5));
    });
    expect(seen).toEqual([5]);
    expect(wheel.size).toBe(2);
    expect(dueAt(wheel, 20, () => 100)).toEqual([5]);
    expect(dueAt(wheel, 60, () => 100)).toEqual([50]);
  });

  it('asks each once, whatever a callback does to any of them (against a plain list)', () => {
    const actions = fc.array(
      fc.tuple(fc.nat(39), fc.constantFrom('remove', 'update', 'add'), fc.nat(100), fc.nat(39)),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 40 }), actions, (deadlines, list) => {
        const wheel = new DeadlineWheel<Item>(10, 0);
        const entries = deadlines.map((deadline) => wheel.add(new Item(deadline)));
        const live = new Set(entries.map(({ item }) => item));
        for (const now of [30, 70, 200]) {
          const asked = new Set<Item>();
          wheel.tick(now, (item) => {
            expect(live.has(item)).toBe(true);
            expect(asked.has(item)).toBe(false);
            expect(item.deadline).toBeLessThanOrEqual(now);
            asked.add(item);
            item.deadline = now + 1 + (item.deadline % 50);
            for (const [at, action, wait, which] of list) {
              if (entries[at % entries.length]!.item !== item) continue;
              const other = entries[which % entries.length]!;
              if (action === 'remove') {
                wheel.remove(other);
                live.delete(other.item);
              } else if (action === 'update') {
                other.item.deadline = now + 1 + wait;
                wheel.update(other);
              } else {
                const added = wheel.add(new Item(now + 1 + wait));
                live.add(added.item);
              }
            }
          });
          expect(wheel.size).toBe(live.size);
          for (const { deadline } of live) expect(Math.ceil(deadline / 10)).toBeGreaterThan(now / 10);
        }
      }),
    );
  });

  it('loses nobody when a callback throws: who was not asked is asked at the next tick', () => {
    const wheel = new DeadlineWheel<Item>(10, 0);
    for (let i = 0; i < 5; i++) wheel.add(new Item(i));
    const asked: number[] = [];
    const act = (item: Item): void => {
      asked.push(item.deadline);
      if (item.deadline === 2) throw new Error('act');
      item.deadline = 1000;
    };
    expect(() => wheel.tick(10, act)).toThrow('act');
    expect(asked).toEqual([0, 1, 2]);
    expect(wheel.size).toBe(5);
    expect(() => wheel.tick(20, act)).toThrow('act');
    expect(asked).toEqual([0, 1, 2, 3, 4, 2]);
    expect(dueAt(wheel, 30, () => 1000)).toEqual([2]);
    expect(dueAt(wheel, 1000, () => 2000)).toHaveLength(5);
  });

  it('is not ticked by a callback', () => {
    const wheel = new DeadlineWheel<Item>(10, 0);
    wheel.add(new Item(5));
    expect(() => wheel.tick(10, () => wheel.tick(20, () => {}))).toThrow('due must not call tick');
    expect(dueAt(wheel, 20, () => 100)).toEqual([5]);
  });

  it('wakes an item without a deadline when it gets one', () => {
    const wheel = new DeadlineWheel<Keepalive>(100, 0);
    const keepalive = new Keepalive({ closeTimeoutMs: 1000 }, 0);
    const entry = wheel.add(keepalive);
    expect(wheel.next).toBe(Number.POSITIVE_INFINITY);
    keepalive.closing(500);
    wheel.update(entry);
    expect(wheel.next).toBe(1500);
    const actions: string[] = [];
    wheel.tick(1600, (item) => actions.push(item.check(1600)));
    expect(actions).toEqual(['close-timeout']);
    expect(wheel.next).toBe(Number.POSITIVE_INFINITY);
    wheel.remove(entry);
    expect(wheel.size).toBe(0);
  });

  it('refuses a resolution that is not a positive integer', () => {
    for (const resolution of [0, -1, 1.5, Number.NaN]) {
      expect(() => new DeadlineWheel(resolution, 0)).toThrow(RangeError);
    }
  });

  it('ignores what is said of an item that has been removed', () => {
    const wheel = new DeadlineWheel<Item>(1, 0);
    const entry = wheel.add(new Item(5));
    wheel.remove(entry);
    wheel.remove(entry);
    wheel.update(entry);
    expect(wheel.size).toBe(0);
    expect(dueAt(wheel, 10, () => 100)).toEqual([]);
    expect(wheel.next).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('times', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'that are none throw: %s',
    (now) => {
      const wheel = new DeadlineWheel<{ deadline: number }>(10, 0);
      wheel.add({ deadline: 5 });
      const asked: unknown[] = [];
      expect(() => wheel.tick(now, (item) => asked.push(item))).toThrow(RangeError);
      expect(() => new DeadlineWheel(10, now)).toThrow(RangeError);
      expect(asked).toEqual([]);
      wheel.tick(20, (item) => asked.push(item));
      expect(asked.length).toBe(1);
    },
  );

  it.each([1e9, 2 ** 53, 1e17, 1e20, 1e300])('however far find all that is due, once: %s', (now) => {
    const wheel = new DeadlineWheel<{ deadline: number }>(10, 0);
    for (let i = 0; i < 1000; i++) wheel.add({ deadline: 7 * i });
    let asked = 0;
    const due = (item: { deadline: number }): void => {
      asked++;
      item.deadline = Number.POSITIVE_INFINITY;
    };
    wheel.tick(now, due);
    wheel.tick(now, due);
    expect(asked).toBe(1000);
    expect(wheel.next).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a deadline', () => {
  const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
  it.each([Number.NaN, undefined, null, '5', 5n])('is a number, which %o is not', (deadline) => {
    const wheel = new DeadlineWheel<Item>(10, 0);
    expect(() => wheel.add(new Item(deadline as never))).toThrow(invalid);
    expect(wheel.size).toBe(0);

    const item = new Item(100);
    const entry = wheel.add(item);
    item.deadline = deadline as never;
    expect(() => wheel.update(entry)).toThrow(invalid);
    item.deadline = 100;
    expect(dueAt(wheel, 100, () => 200)).toEqual([100]);
  });

  it('that becomes none while it is due is told of, and holds up nobody', () => {
    const wheel = new DeadlineWheel<Item>(10, 0);
    const items = [1, 2, 3].map((deadline) => new Item(deadline));
    for (const item of items) wheel.add(item);
    const asked: Item[] = [];
    const act = (item: Item): void => {
      asked.push(item);
      item.deadline = item === items[0] ? Number.NaN : Number.POSITIVE_INFINITY;
    };
    expect(() => wheel.tick(10, act)).toThrow(invalid);
    expect(() => wheel.tick(20, act)).toThrow(invalid);
    expect(asked).toEqual(items);
    expect(wheel.size).toBe(3);
  });

  it('may be long past', () => {
    const wheel = new DeadlineWheel<Item>(10, 1000);
    wheel.add(new Item(Number.NEGATIVE_INFINITY));
    expect(dueAt(wheel, 1010, () => 5000)).toEqual([Number.NEGATIVE_INFINITY]);
  });
});

describe('an entry', () => {
  it('is of one wheel: another does not touch it', () => {
    const [one, other] = [0, 0].map((now) => new DeadlineWheel<Item>(10, now));
    const item = new Item(50);
    const entry = one!.add(item);
    other!.add(new Item(50));
    item.deadline = 5;
    const invalid = expect.objectContaining({
      code: 'ENTRY_INVALID',
      message: expect.stringContaining('another'),
    });
    expect(() => other!.update(entry)).toThrow(invalid);
    expect(() => other!.remove(entry)).toThrow(invalid);
    expect([one!.size, other!.size]).toEqual([1, 1]);
    one!.update(entry);
    expect(dueAt(one!, 10, () => 100)).toEqual([5]);
  });

  it.each([undefined, null, 5, {}, { item: new Item(5) }])('is what add has given, as %o is not', (entry) => {
    const wheel = new DeadlineWheel<Item>(10, 0);
    for (const call of ['update', 'remove'] as const) {
      expect(() => wheel[call](entry as never)).toThrow(expect.objectContaining({ code: 'ENTRY_INVALID' }));
    }
    expect(wheel.size).toBe(0);
  });

  it('is found by a function', () => {
    const wheel = new DeadlineWheel<Item>(10, 0);
    wheel.add(new Item(5));
    expect(() => wheel.tick(10, undefined as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    expect(dueAt(wheel, 10, () => 100)).toEqual([5]);
  });
});
