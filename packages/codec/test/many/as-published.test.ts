/** The same as in many.test.ts with what is published: nothing is poisoned, and nothing throws that a host gives back twice. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import { THOROUGH } from '../../../../tools/thorough.js';
import { SinkError } from './host.js';
import { largeMessages, manyConnections } from './world.js';

vi.mock('../../src/memory/ownership.js', () => {
  const nothing = (): void => {};
  return {
    declareOwn: nothing,
    poisonOwn: nothing,
    poison: nothing,
    noteLent: nothing,
    noteReturned: nothing,
    refuseReturned: nothing,
  };
});

describe('many connections, as published', () => {
  // Where what a sink throws at its last event ends up, if an asynchronous extension had finished.
  const uncaught: unknown[] = [];
  beforeEach(() => {
    vi.stubGlobal('reportError', (error: unknown) => uncaught.push(error));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    assert(uncaught.every((error) => error instanceof SinkError));
  });

  it('hear what was said to them and nothing else, whatever their hosts do with memory that is theirs', () =>
    manyConnections(THOROUGH ? 75 : 15));

  it('and so it is with large messages that arrive side by side', () => largeMessages(THOROUGH ? 60 : 12));
});
