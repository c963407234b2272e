/**
 * Deadlines of many connections: a tick of our wheel against a bare loop that asks each
 * keepalive.
 */
import assert from 'node:assert/strict';
import { DeadlineWheel, Keepalive, KeepaliveTimes } from '@sanssocket/codec';
import { perOperation } from '../runner.mjs';

const CONNECTIONS = 100_000;
const PING_MS = 30_000;
const TIMES = new KeepaliveTimes({ pingIntervalMs: PING_MS, pongTimeoutMs: 5_000 });
const TICK_MS = 1000;

/**
 * A hundred thousand keepalives, and how many pings they have asked for. Each ping is answered at
 * once.
 */
class Fleet {
  pings = 0;
  /** @type {Keepalive[]} */
  keepalives;
  now = 0;

  /** @param {number} spreadMs - over which time their intervals begin */
  constructor(spreadMs) {
    this.keepalives = Array.from(
      { length: CONNECTIONS },
      (_, i) => new Keepalive(TIMES, Math.floor((i * spreadMs) / CONNECTIONS)),
    );
  }

  /** @param {Keepalive} keepalive */
  act = (keepalive) => {
    if (keepalive.check(this.now) !== 'ping') return;
    this.pings++;
    keepalive.received(this.now);
  };
}

/**
 * @param {number} spreadMs
 * @param {number} stepMs - between two ticks
 * @returns {import('../runner.mjs').Subject}
 */
function prepare(spreadMs, stepMs) {
  const ours = new Fleet(spreadMs);
  const wheel = new DeadlineWheel(TICK_MS, 0);
  for (const keepalive of ours.keepalives) wheel.add(keepalive);
  const theirs = new Fleet(spreadMs);
  const tick = () => {
    ours.now += stepMs;
    wheel.tick(ours.now, ours.act);
  };
  const loop = () => {
    theirs.now += stepMs;
    const { now, keepalives } = theirs;
    for (let i = 0; i < keepalives.length; i++) {
      if (keepalives[i].deadline <= now) theirs.act(keepalives[i]);
    }
  };
  return {
    ours: perOperation(tick, CONNECTIONS),
    theirs: perOperation(loop, CONNECTIONS),
    verify: () => {
      for (let i = 0; i < 60; i++) {
        while (ours.now < theirs.now) tick();
        while (theirs.now < ours.now) loop();
        tick();
        loop();
      }
      ours.pings = 0;
      theirs.pings = 0;
      for (let i = 0; i < 60; i++) {
        tick();
        loop();
      }
      assert.equal(ours.pings, theirs.pings);
      assert.ok(ours.pings >= CONNECTIONS, 'nothing was due');
    },
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const keepaliveCases = [
  {
    id: 'keepalive/few-due',
    peer: 'bare loop',
    unit: 'ns/connection',
    target: 1,
    once: true,
    prepare: () => prepare(PING_MS, TICK_MS),
  },
];
