/** Whose memory is whose, with many connections, while ownership is checked. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import { THOROUGH } from '../../../../tools/thorough.js';
import { SinkError } from './host.js';
import { largeMessages, manyConnections } from './world.js';

describe('many connections', () => {
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
    manyConnections(THOROUGH ? 150 : 30));

  it('and so it is with large messages that arrive side by side', () => largeMessages(THOROUGH ? 100 : 20));
});
