/** Messages from Blobs: in order with all that is sent around them, and what becomes of those that cannot be read. */
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { next, OURS, pair, plain, REAL } from './support.js';

it('are sent in order with messages, pings and the Close behind them', async () => {
  const { client, peer } = await pair(OURS, REAL);
  const heard: unknown[] = [];
  peer.on('message', (data, isBinary) => heard.push([plain(data), isBinary]));
  peer.on('ping', (data) => heard.push(['ping', plain(data)]));
  const closed = next(peer, 'close');
  client.send('before');
  client.send(new Blob(['first ']));
  client.send('between');
  client.ping('p');
  client.send(new Blob(['second']), { fin: false });
  client.send(Buffer.from('!'));
  client.send('behind', () => heard.push('written'));
  expect(client.bufferedAmount).toBeGreaterThan(20);
  client.close(1000, 'bye');
  expect(await closed).toEqual([1000, 'Buffer bye']);
  expect(heard.filter((entry) => entry !== 'written')).toEqual([
    ['Buffer before', false],
    ['Buffer first ', true],
    ['Buffer between', false],
    ['ping', 'Buffer p'],
    ['Buffer second!', true],
    ['Buffer behind', false],
  ]);
  expect(heard).toContain('written');
  expect(client.bufferedAmount).toBe(0);
});

it('are payloads of pings and pongs, too', async () => {
  const { client, peer } = await pair(OURS, REAL);
  const heard = next(peer, 'ping');
  client.ping(new Blob(['of a blob']));
  expect(await heard).toEqual(['Buffer of a blob']);
  expect(() => client.pong(new Blob(['x'.repeat(126)]))).toThrow(RangeError);
});

it('fail the connection if they cannot be read, and with them all that waits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blob-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  writeFileSync(file, 'x'.repeat(64));
  const blob = await openAsBlob(file);
  writeFileSync(file, 'x'.repeat(32));
  const { client, peer } = await pair(OURS, REAL);
  const ends = Promise.all([next(client, 'error'), next(client, 'close'), next(peer, 'close')]);
  const errors: unknown[] = [];
  client.send(blob, (error) => errors.push(error?.name));
  client.send('behind', (error) => errors.push(error?.name));
  const [[error], , [code]] = await ends;
  expect(error).toMatch(/NotReadableError/);
  expect(code).toBe(1011);
  expect(errors).toEqual(['NotReadableError', 'NotReadableError']);
});

it('are given up if the connection is cut while they are read', async () => {
  const { client } = await pair(OURS, REAL);
  const errors: unknown[] = [];
  const closed = next(client, 'close');
  client.send(new Blob(['x'.repeat(1000)]), (error) => errors.push(error?.message));
  client.send('behind', (error) => errors.push(error?.message));
  client.ping('behind');
  client.terminate();
  await closed;
  await expect.poll(() => errors.length).toBe(2);
  expect(new Set(errors)).toEqual(new Set(['The socket was closed while the blob was being read']));
});
