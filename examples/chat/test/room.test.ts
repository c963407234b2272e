/**
 * The room without I/O: its people and their news, its history, the share and the line of a
 * speaker.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairShare } from '../src/fair-share.js';
import { History } from '../src/history.js';
import type { Entry, Saying } from '../src/log/chat-log.js';
import { Ledger } from '../src/log/ledger.js';
import { Outbox } from '../src/outbox.js';
import { People } from '../src/presence.js';
import { type Person, type Presence, type Said, SHOWN_NAMES, SHOWN_PEOPLE } from '../src/protocol.js';
import { Room } from '../src/room.js';

const LIMITS = { historyMessages: 10, historyBytes: 1000 };
const entry = (id: number | string, process = 'here'): Entry => ({
  id: String(id),
  name: `n${id}`,
  key: `k${id}`,
  process,
});

describe('People', () => {
  /** A member's list, kept as the protocol says. */
  class List {
    people: Person[];
    constructor(people: Person[]) {
      this.people = people;
    }
    take(news: Presence): void {
      const out = new Set(news.out);
      this.people = this.people.filter(({ id }) => !out.has(id));
      for (const person of news.in) {
        if (!this.people.some(({ id }) => id === person.id)) this.people.push(person);
      }
    }
  }

  it('keep the lists of all members in step, whenever they came', () => {
    const event = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('come' as const), who: fc.nat(150), as: fc.nat(1) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('go' as const), who: fc.nat(150), as: fc.constant(0) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('tell' as const), who: fc.nat(1), as: fc.constant(0) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('watch' as const), who: fc.nat(1), as: fc.constant(0) }),
      },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 600, size: 'max' }), (events) => {
        const people = new People();
        const lists: List[] = [];
        const here = new Set<string>();
        const tell = (): void => {
          const news = people.takeNews();
          if (news === undefined) return;
          expect(news.count).toBe(here.size);
          expect(Math.max(news.joined.length, news.left.length)).toBeLessThanOrEqual(SHOWN_NAMES);
          for (const list of lists) list.take(news);
        };
        for (const { do: action, who, as } of events) {
          if (action === 'come') {
            people.add({ ...entry(who), name: `${who} as ${as}` });
            here.add(String(who));
          } else if (action === 'go') {
            people.remove(String(who), '');
            here.delete(String(who));
          } else if (action === 'tell') tell();
          else lists.push(new List(people.first()));
        }
        tell();
        const names = people
          .first()
          .map(({ id, name }) => `${id} ${name}`)
          .sort();
        expect(names.length).toBe(Math.min(here.size, SHOWN_PEOPLE));
        for (const list of lists)
          expect(list.people.map(({ id, name }) => `${id} ${name}`).sort()).toEqual(names);
      }),
    );
  });

  it('gather comings and goings: a few names, and counts', () => {
    const people = new People();
    for (let id = 0; id < 70; id++) people.add(entry(id));
    const news = people.takeNews()!;
    expect(news).toMatchObject({ count: 70, moreJoined: 65, left: [], moreLeft: 0, out: [] });
    expect([news.in.length, news.joined]).toEqual([50, ['n0', 'n1', 'n2', 'n3', 'n4']]);
    people.remove('0', 'bored');
    people.remove('60', '');
    people.add(entry('passes'));
    people.remove('passes', '');
    people.add(entry(1, 'elsewhere'));
    expect(people.takeNews()).toEqual({
      type: 'presence',
      count: 68,
      in: [{ id: '50', name: 'n50' }],
      out: ['0'],
      joined: [],
      left: [
        { name: 'n0', reason: 'bored' },
        { name: 'n60', reason: '' },
      ],
      moreJoined: 0,
      moreLeft: 0,
    });
    expect(people.takeNews()).toBeUndefined();
  });
});

describe('History', () => {
  it('knows what followed a place, or that some of it is gone', () => {
    const step = fc.record({
      jump: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(3)),
      size: fc.nat(300),
    });
    fc.assert(
      fc.property(fc.nat(5), fc.array(step, { maxLength: 60 }), fc.nat(120), (start, steps, since) => {
        const history = new History(LIMITS);
        let seq = start;
        let complete: { seq: number; json: string }[] = [];
        for (const [index, { jump, size }] of steps.entries()) {
          seq += 1 + jump;
          if (jump > 0 && index > 0) complete = [];
          const item = { seq, json: `${seq}:${'x'.repeat(size)}` };
          complete.push(item);
          expect(history.add(seq, item.json)).toBe(jump === 0 || index === 0);
        }
        const { missed, gap } = history.since(since);
        const wanted = complete.filter((item) => item.seq > since);
        expect(missed).toEqual(wanted.slice(wanted.length - missed.length).map(({ json }) => json));
        if (history.seq === 0) expect(gap).toBe(since > 0);
        else if (since >= history.seq) expect(gap).toBe(since > history.seq);
        else expect(gap).toBe(missed.length < history.seq - since);
        expect(missed.length).toBeLessThanOrEqual(LIMITS.historyMessages);
        if (missed.length > 1) expect(missed.join('').length).toBeLessThanOrEqual(LIMITS.historyBytes);
        expect(history.recent(3).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('Room', () => {
  const said = (seq: number, id: string, n: number): Said => ({
    type: 'said',
    id,
    name: id,
    text: 'x',
    at: 0,
    seq,
    n,
  });

  it('passes over copies, and tells of places that it missed', () => {
    const room = new Room(LIMITS);
    expect(room.said(said(5, 'ada', 1))).toEqual({ json: JSON.stringify(said(5, 'ada', 1)), gap: false });
    expect(room.said(said(5, 'ada', 1))).toEqual({ json: undefined, gap: false });
    expect(room.said(said(6, 'ada', 1))).toEqual({ json: undefined, gap: false });
    expect(room.said(said(7, 'bob', 1)).gap).toBe(false);
    expect(room.said(said(9, 'ada', 3)).gap).toBe(true);
    expect([room.lastN('ada'), room.lastN('bob'), room.lastN('eve')]).toEqual([3, 1, 0]);
    expect(room.missed(8)).toMatchObject({ gap: false, missed: [expect.any(String)] });
    expect(room.missed(7).gap).toBe(true);
  });
});

describe('Ledger', () => {
  it('gives a name to one person, whose last process has it', () => {
    const ledger = new Ledger(LIMITS);
    const events: string[] = [];
    const listener = {
      came: ({ id, process }: Entry) => events.push(`came ${id} ${process}`),
      went: ({ id }: Entry, reason: string) => events.push(`went ${id} ${reason}`),
      said: ({ seq }: Said) => events.push(`said ${seq}`),
    };
    ledger.listen(listener);
    const ada = entry('ada', 'a');
    expect(ledger.claim(ada)).toBe(true);
    expect(ledger.claim(ada)).toBe(true);
    expect(ledger.claim({ ...ada, id: 'other' })).toBe(false);
    expect(ledger.claim({ ...ada, process: 'b' })).toBe(true);
    ledger.leave(ada, 'she is not there any more');
    ledger.say({ id: 'ada', name: 'ada', text: 'x', n: 1, at: 0 });
    ledger.leaveAll('a', 'not hers');
    ledger.leaveAll('b', 'gone');
    expect(ledger.claim({ ...ada, id: 'other' })).toBe(true);
    expect(events).toEqual(['came ada a', 'came ada b', 'said 1', 'went ada gone', 'came other a']);
    events.length = 0;
    ledger.listen(listener);
    expect(events).toEqual(['came other a', 'said 1']);
  });
});

describe('FairShare', () => {
  it('lets a burst through, and then as many messages a second', () => {
    const share = new FairShare({ messagesPerSecond: 5, burst: 3 }, 0);
    expect([1, 2, 3].map(() => share.take(10, 0))).toEqual([0, 0, 0]);
    expect(share.take(10, 0)).toBe(200);
    expect(share.take(10, 200)).toBe(200);
    expect(share.take(10, 10_000)).toBe(0);
    // Two thousand units count as five messages, and a clock that goes back as one that stands.
    expect(share.take(2_000, 10_000)).toBe(600);
    expect(share.take(0, 9_000)).toBe(800);
  });

  it('never lets more through than that, over any time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { minLength: 1, maxLength: 100 }), (lengths) => {
        const share = new FairShare({ messagesPerSecond: 5, burst: 20 }, 0);
        let now = 0;
        let tokens = 0;
        for (const length of lengths) {
          now += share.take(length, now);
          tokens += Math.ceil((length + 1) / 500);
          expect(tokens).toBeLessThanOrEqual(20 + (now / 1000) * 5 + 0.1);
        }
      }),
    );
  });
});

describe('Outbox', () => {
  const saying = (n: number): Saying => ({ id: 'ada', name: 'ada', text: 'x', n, at: 0 });

  it('has one under way, and the others in their order behind it', async () => {
    const stored: number[] = [];
    let acknowledge = (): void => {};
    const outbox = new Outbox(({ n }) => {
      stored.push(n);
      return new Promise((resolve) => {
        acknowledge = resolve;
      });
    });
    let room = 0;
    outbox.onRoom = () => {
      room++;
    };
    for (let n = 1; n <= 16; n++) outbox.push(saying(n));
    expect([outbox.full, outbox.lastN, stored]).toEqual([true, 16, [1]]);
    for (let n = 2; n <= 16; n++) {
      acknowledge();
      await new Promise((resolve) => setTimeout(resolve));
      expect([stored.at(-1), room, outbox.full]).toEqual([n, 1, false]);
    }
    const emptied = new Promise<void>((resolve) => {
      outbox.onEmpty = resolve;
    });
    acknowledge();
    await emptied;
    expect(outbox.empty).toBe(true);
  });

  it('does not wait for a log that stores at once', () => {
    const stored: number[] = [];
    const outbox = new Outbox(({ n }) => {
      stored.push(n);
      return undefined;
    });
    for (let n = 1; n <= 3; n++) outbox.push(saying(n));
    expect([stored, outbox.empty]).toEqual([[1, 2, 3], true]);
  });
});
