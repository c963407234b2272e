// A head that was refused, or answered, is let go of: a server may hold on to a connection longer.
import { HeadObserver } from '@sanssocket/handshake/heads';
import { expect, test } from 'vitest';
import { held } from '../../codec/test/memory/heap.js';
import { ClientHandshake, ServerHandshake } from '../src/index.js';
import { bytes, requestText } from './bytes.js';

const MACHINES = 200;
/** Two chunks, so that the first has to be kept. */
const LONG = `X: ${'x'.repeat(12_000)}`;

/** Machines that have been given a head each in two chunks. */
function fed(make: () => { receive(chunk: Uint8Array): unknown }, text: string): unknown[] {
  const at = text.lastIndexOf('x') + 1;
  const [first, second] = [bytes(text).subarray(0, at), bytes(text).subarray(at)];
  return Array.from({ length: MACHINES }, () => {
    const machine = make();
    machine.receive(first.slice());
    const outcome = machine.receive(second.slice()) as { kind: string } | undefined;
    if (outcome === undefined) throw new Error('not complete');
    return machine;
  });
}

test.each([
  ['a refused request', () => new ServerHandshake(), requestText(LONG, `bad name: y`)],
  [
    'a wrong response',
    () => new ClientHandshake('ws://a/'),
    `HTTP/1.1 101 \r\n${LONG}\r\nbad name: y\r\n\r\n`,
  ],
  ['a head that goes by', () => new HeadObserver(), requestText(LONG, `bad name: y`)],
])('%s', (_, make, text) => {
  fed(make, text); // compiled
  expect(held(() => fed(make, text))).toBeLessThan(MACHINES * 4000);
});

test('a request that was accepted', () => {
  const accepted = (): unknown[] =>
    fed(() => {
      const handshake = new ServerHandshake();
      return Object.assign(handshake, {
        receive(chunk: Uint8Array) {
          const event = ServerHandshake.prototype.receive.call(handshake, chunk);
          if (event?.kind === 'request') handshake.accept();
          return event;
        },
      });
    }, requestText(LONG));
  accepted();
  expect(held(accepted)).toBeLessThan(MACHINES * 4000);
});
