// The entry for browsers gives the events of the one for Node, and frames at once.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type InspectEvent, inspectStream } from '@sanssocket/inspect';
import { inspectFrames, inspectStream as inspectInBrowser } from '@sanssocket/inspect/browser';
import { expect, it } from 'vitest';
import { faultsOf, fromClient, fromServer, join, messagesOf, notesOf, ofType } from './support/events.js';
import { FakeTcp, pcap } from './support/pcap.js';

async function collect(events: AsyncIterable<InspectEvent>): Promise<InspectEvent[]> {
  const all: InspectEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const kept = ['python-websockets.pcap', 'chromium-ipv6.pcapng'].map(
  (name) => [name, new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)))] as const,
);

it.each(kept)('%s: the same events, also behind gzip', async (_, file) => {
  const events = await collect(inspectStream([file]));
  expect(await collect(inspectInBrowser([file]))).toEqual(events);
  expect(await collect(inspectInBrowser([new Uint8Array(gzipSync(file))]))).toEqual(events);
});

it('gzip that is cut is an input error', async () => {
  const cut = new Uint8Array(gzipSync(kept[0]![1])).subarray(0, 300);
  await expect(collect(inspectInBrowser([cut]))).rejects.toThrow(/^gzip: /);
});

it('the error of a source comes out, also behind gzip', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(gzipSync(kept[0]![1])).subarray(0, 300);
    throw new Error('the disk is gone');
  }
  await expect(collect(inspectInBrowser(broken()))).rejects.toThrow(/the disk is gone/);
});

it('TLS is counted, with the command that reads it', async () => {
  const hello = Uint8Array.of(0x16, 3, 1, 0, 4, 1, 0, 0, 0);
  const events = await collect(inspectInBrowser([pcap(new FakeTcp().open().client(hello).packets)]));
  expect(ofType(events, 'note').map(({ code, message }) => [code, message])).toEqual([
    ['encrypted', expect.stringMatching(/1 streams.*--keylog FILE/)],
  ]);
});

it('frames of one side: the key of each, and faults at their byte', () => {
  const bytes = join(fromClient('Hello'), fromServer('Hello'), Uint8Array.of(0x83, 0x80, 1, 2, 3, 4));
  const events = inspectFrames(bytes, { from: 'client' });
  expect(ofType(events, 'frame').map(({ maskingKey }) => maskingKey)).toEqual([
    0x37fa213d,
    undefined,
    0x04030201,
  ]);
  expect(faultsOf(events)).toEqual(['client: MASK_REQUIRED at 12', 'client: RESERVED_OPCODE at 18']);
  expect(messagesOf(events)).toEqual(['client: Hello', 'client: Hello']);
});

it('compressed frames are inflated where the extension is given, and are a fault elsewhere', () => {
  const hello = Uint8Array.of(0xc1, 7, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
  const agreed = inspectFrames(hello, { from: 'server', extensions: 'permessage-deflate' });
  expect(messagesOf(agreed)).toEqual(['server: Hello']);
  expect(faultsOf(inspectFrames(hello, { from: 'server' }))).toEqual(['server: RESERVED_BITS at 0']);
});

it('a frame that the bytes end in is shown with what is missing', () => {
  const events = inspectFrames(fromServer('Hello').subarray(0, 4), { from: 'server' });
  expect(ofType(events, 'frame')[0]).toMatchObject({ missing: [{ start: 2, end: 5 }] });
  expect(notesOf(events)).toEqual(['damaged']);
});
