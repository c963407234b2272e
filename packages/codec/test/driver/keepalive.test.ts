import { describe, expect, it } from 'vitest';
import { Keepalive } from '../../src/index.js';

const NEVER = Number.POSITIVE_INFINITY;

describe('Keepalive', () => {
  it('watches nothing that has no time', () => {
    const keepalive = new Keepalive({}, 0);
    expect(keepalive.deadline).toBe(NEVER);
    expect(keepalive.check(1e12)).toBe('none');
    keepalive.closing(5);
    expect(keepalive.deadline).toBe(NEVER);
    expect(keepalive.check(1e12)).toBe('none');
  });

  it('pings a quiet peer, once for each quiet interval', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 100, pongTimeoutMs: 30 }, 1000);
    expect(keepalive.deadline).toBe(1100);
    keepalive.received(1050);
    expect(keepalive.check(1149)).toBe('none');
    expect(keepalive.check(1150)).toBe('ping');
    expect(keepalive.check(1151)).toBe('none');
    expect(keepalive.deadline).toBe(1180);
    keepalive.received(1179);
    expect(keepalive.deadline).toBe(1279);
    expect(keepalive.check(1279)).toBe('ping');
  });

  it('pings a peer that talks too, if told so: each interval since the last ping', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 100, pongTimeoutMs: 30, pingsWhileTalking: true }, 0);
    keepalive.received(50);
    keepalive.received(99);
    expect(keepalive.check(100)).toBe('ping');
    expect(keepalive.deadline).toBe(130);
    keepalive.received(110);
    keepalive.received(199);
    expect(keepalive.check(199)).toBe('none');
    expect(keepalive.check(200)).toBe('ping');
    keepalive.awaitFrom(900);
    keepalive.received(210);
    expect(keepalive.deadline).toBe(300);
    expect(() => new Keepalive({ pingsWhileTalking: 'yes' as never }, 0)).toThrow(TypeError);
  });

  it('waits for an answer from when the peer can have read the question', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 100, pongTimeoutMs: 30, closeTimeoutMs: 40 }, 0);
    keepalive.awaitFrom(500); // nothing is awaited
    expect(keepalive.check(100)).toBe('ping');
    keepalive.awaitFrom(300);
    keepalive.awaitFrom(250);
    // A proxy on the way may ask for signs of life meanwhile.
    expect(keepalive.check(200)).toBe('ping');
    expect(keepalive.check(201)).toBe('none');
    expect(keepalive.deadline).toBe(330);
    keepalive.closing(310);
    keepalive.awaitFrom(1000);
    expect(keepalive.deadline).toBe(1040);
    keepalive.closing(400); // it has failed
    expect(keepalive.check(440)).toBe('close-timeout');
  });

  it('gives a silent peer up, once', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 100, pongTimeoutMs: 30 }, 0);
    expect(keepalive.check(500)).toBe('ping'); // late: the time for the pong counts from the ping
    expect(keepalive.check(529)).toBe('none');
    expect(keepalive.check(530)).toBe('pong-timeout');
    expect(keepalive.check(531)).toBe('none');
    expect(keepalive.deadline).toBe(NEVER);
    keepalive.received(540);
    keepalive.closing(540);
    expect(keepalive.deadline).toBe(NEVER);
  });

  it('pings without giving up where there is no time for the pong', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 100 }, 0);
    expect(keepalive.check(100)).toBe('ping');
    expect(keepalive.deadline).toBe(NEVER);
    keepalive.received(200);
    expect(keepalive.deadline).toBe(300);
  });

  it('gives up a connection without messages, whatever else it hears', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 100, idleTimeoutMs: 250 }, 0);
    expect(keepalive.check(100)).toBe('ping');
    keepalive.received(110);
    expect(keepalive.check(210)).toBe('ping');
    expect(keepalive.deadline).toBe(250);
    keepalive.active(240);
    expect(keepalive.check(250)).toBe('none');
    expect(keepalive.deadline).toBe(490);
    expect(keepalive.check(490)).toBe('idle-timeout');
    expect(keepalive.check(491)).toBe('none');
    expect(keepalive.deadline).toBe(NEVER);
  });

  it('tells both things that are due, one after the other', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 100, idleTimeoutMs: 100 }, 0);
    expect(keepalive.check(1000)).toBe('ping');
    expect(keepalive.check(1000)).toBe('idle-timeout');
    expect(keepalive.check(1000)).toBe('none');
  });

  it('limits the closing, from its beginning, and watches nothing else then', () => {
    const keepalive = new Keepalive({ pingIntervalMs: 10, idleTimeoutMs: 20, closeTimeoutMs: 100 }, 0);
    keepalive.closing(5);
    keepalive.closing(50);
    keepalive.received(60);
    expect(keepalive.deadline).toBe(105);
    expect(keepalive.check(104)).toBe('none');
    expect(keepalive.check(105)).toBe('close-timeout');
    expect(keepalive.check(106)).toBe('none');
  });

  it.each(['pingIntervalMs', 'pongTimeoutMs', 'idleTimeoutMs', 'closeTimeoutMs'])(
    'refuses a %s that is no time',
    (name) => {
      for (const value of [0, -1, 1.5, Number.NaN, NEVER]) {
        expect(() => new Keepalive({ [name]: value }, 0)).toThrow(RangeError);
      }
    },
  );
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'refuses a time that is none: %s',
  (now) => {
    const options = { pingIntervalMs: 10, pongTimeoutMs: 10, idleTimeoutMs: 100, closeTimeoutMs: 10 };
    expect(() => new Keepalive(options, now)).toThrow(RangeError);
    const keepalive = new Keepalive(options, 0);
    expect(() => keepalive.check(now)).toThrow(RangeError);
    expect(() => keepalive.received(now)).toThrow(RangeError);
    expect(() => keepalive.active(now)).toThrow(RangeError);
    expect(() => keepalive.closing(now)).toThrow(RangeError);
    expect(() => keepalive.awaitFrom(now)).toThrow(RangeError);
    expect(keepalive.deadline).toBe(10);
    expect(keepalive.check(10)).toBe('ping');
  },
);
