/**
 * A full collection throws no optimised code of the handshakes away: V8 does that where no object of
 * a class is left. A process of its own tells, over the built package.
 */
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { requestText, responseText } from './bytes.js';

const program = `
const { ClientHandshake, ServerHandshake } = await import('@sanssocket/handshake');
const { HeadObserver } = await import('@sanssocket/handshake/heads');
const [request, response] = JSON.parse(process.argv[1]).map((text) => new TextEncoder().encode(text));
const key = Buffer.from('dGhlIHNhbXBsZSBub25jZQ==', 'base64');
const random = (bytes) => bytes.set(key);
function once() {
  const server = new ServerHandshake();
  server.receive(request);
  server.accept();
  if (new ClientHandshake('ws://a/', { random }).receive(response).kind !== 'accepted') throw new Error();
  new HeadObserver().receive(request);
}
for (let round = 0; round < 8; round++) {
  // Code of Node's start-up, and of before the types have settled, may go.
  if (round === 2) console.log('begins');
  for (let i = 0; i < 4000; i++) once();
  await new Promise(setImmediate); // nothing of the last ones is left on the stack
  gc();
}
console.log('done');
`;

it('keeps the code of both handshakes', () => {
  const flags = ['--expose-gc', '--trace-deopt', '--input-type=module', '-e', program];
  const heads = JSON.stringify([requestText('Origin: http://a'), responseText()]);
  const log = execFileSync(process.execPath, [...flags, heads], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  const [, since = ''] = log.split('begins');
  expect(since).toContain('done');
  expect(since.split('\n').filter((line) => line.includes('weak objects'))).toEqual([]);
});
