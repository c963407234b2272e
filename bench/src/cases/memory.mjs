/**
 * Memory: the cost of an idle connection, and whether each of a million costs as much as each of
 * a thousand.
 */
import assert from 'node:assert/strict';
import { Connection, ConnectionConfig } from '@sanssocket/codec';
import { Receiver, Sender } from 'ws';
import { makeTraffic } from '../frames.mjs';

const IDLE = 20_000;
const FEW = 1000;
const MANY = 1_000_000;
const MANY_IN_CHECK = 10_000;

const FRAME = makeTraffic({ count: 1, bytes: 16 }).frames[0];

/** One for all connections, as a server has it. */
const CONFIG = new ConnectionConfig({ role: 'server' });

function usedBytes() {
  // A second collection frees the memory that a first one leaves to finalizers.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * Makes something so many times, and tells how many bytes of heap and array buffers each keeps
 * alive.
 *
 * @template Thing
 * @param {number} count
 * @param {() => Thing} make
 * @returns {{ things: Thing[], bytesEach: number }}
 */
function weigh(count, make) {
  const things = new Array(count).fill(null); // there before and after, so not counted
  const before = usedBytes();
  for (let i = 0; i < count; i++) things[i] = make();
  return { things, bytesEach: (usedBytes() - before) / count };
}

/**
 * Connections that have received a message and wait for the next. Neither side has a listener of
 * its own for each: the memory of an application is its own affair.
 *
 * @param {import('../runner.mjs').Budget} budget
 * @returns {import('../runner.mjs').Subject}
 */
function prepareIdle({ check }) {
  const count = check ? 100 : IDLE;
  const heard = { ours: 0, theirs: 0 };
  const handlers = {
    binary: () => {
      heard.ours++;
    },
  };
  const chunk = Buffer.from(FRAME);
  const ours = () => {
    const connection = new Connection(CONFIG, handlers);
    chunk.set(FRAME);
    connection.receive(chunk);
    return connection;
  };
  const theirs = () => {
    const connection = { receiver: new Receiver({ isServer: true }), sender: new Sender(null, {}) };
    chunk.set(FRAME);
    connection.receiver.write(chunk);
    return connection;
  };
  return {
    ours: () => weigh(count, ours).bytesEach,
    theirs: () => weigh(count, theirs).bytesEach,
    verify: () => {
      const once = () => {
        heard.theirs++;
      };
      ours();
      const { receiver } = theirs();
      receiver.once('message', once);
      receiver.write(Buffer.from(FRAME));
      assert.deepEqual(heard, { ours: 1, theirs: 1 });
    },
  };
}

/**
 * Makes connections and sends each a frame, one after the other.
 *
 * @param {number} count
 */
function makeCrowd(count) {
  let heard = 0;
  const handlers = {
    binary: () => {
      heard++;
    },
  };
  const chunk = Buffer.from(FRAME);
  const { things: connections, bytesEach } = weigh(count, () => new Connection(CONFIG, handlers));
  const pass = () => {
    for (let i = 0; i < count; i++) {
      chunk.set(FRAME);
      connections[i].receive(chunk);
    }
  };
  return { bytesEach, pass, heard: () => heard };
}

/**
 * Ours is the figure at a million, theirs our own at a thousand.
 *
 * @param {'bytes' | 'time'} what
 * @returns {(budget: import('../runner.mjs').Budget) => import('../runner.mjs').Subject}
 */
function prepareMillion(what) {
  return ({ check }) => {
    const many = check ? MANY_IN_CHECK : MANY;
    // A thousand weigh too little to be weighed once; and quickly only while the million are not
    // there.
    const bytesOfFew = median(Array.from({ length: check ? 1 : 51 }, () => makeCrowd(FEW).bytesEach));
    const crowds = { ours: makeCrowd(many), theirs: makeCrowd(FEW) };
    // The same number of messages on both sides.
    const passes = { ours: 1, theirs: many / FEW };
    const sample = (side) => () => {
      const start = performance.now();
      for (let i = 0; i < passes[side]; i++) crowds[side].pass();
      return ((performance.now() - start) * 1e6) / many;
    };
    const verify = () => {
      for (const side of ['theirs', 'ours']) {
        sample(side)();
        assert.equal(crowds[side].heard(), many, `${side}: messages`);
      }
    };
    if (what === 'time') return { ours: sample('ours'), theirs: sample('theirs'), verify };
    return { ours: () => crowds.ours.bytesEach, theirs: () => bytesOfFew, verify };
  };
}

/** @param {number[]} values - an odd number of them */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Each may cost 1.2 times as much. */
const MILLION = { peer: 'ours at 1,000', better: 'less', target: 0.833, timing: 'memory' };

/** @type {import('../runner.mjs').Case[]} */
export const memoryCases = [
  {
    id: 'memory/idle',
    peer: 'ws',
    unit: 'B/connection',
    better: 'less',
    target: 3.7,
    timing: 'memory',
    prepare: prepareIdle,
  },
  { id: 'memory/million', unit: 'B/connection', ...MILLION, prepare: prepareMillion('bytes') },
  { id: 'memory/million/time', unit: 'ns/message', ...MILLION, prepare: prepareMillion('time') },
];
