// Captures that are kept: other clients and servers, link types that not every machine captures.
import { readFileSync } from 'node:fs';
import { InputError } from '@sanssocket/inspect';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { faultsOf, inspectAll, messagesOf, notesOf, ofType } from './support/events.js';

const kept = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

it("Python's websockets 17.1 with itself: Linux cooked, version 2; windows of 12 bits; fragments", async () => {
  const events = await inspectAll(kept('python-websockets.pcap'));
  const said = ['hello', 'wörld'.repeat(100), '0001', 'fragmented', 'x'.repeat(100_000)];
  expect(messagesOf(events)).toEqual(said.flatMap((text) => [`client: ${text}`, `server: ${text}`]));
  expect(ofType(events, 'message')[6]).toMatchObject({ frames: 4, compression: 'agreed', wireBytes: 29 });
  expect(ofType(events, 'frame').at(-1)).toMatchObject({ closeCode: 1001, closeReason: 'bye' });
  expect([...faultsOf(events), ...notesOf(events)]).toEqual([]);
});

it('Chromium 156 with ws: Linux cooked, IPv6, takeover on one side alone', async () => {
  const events = await inspectAll(kept('chromium-ipv6.pcapng'));
  const said = ['hello', 'hello', 'x'.repeat(70_000), '0102ff'];
  expect(messagesOf(events)).toEqual(said.flatMap((text) => [`client: ${text}`, `server: ${text}`]));
  expect(ofType(events, 'connection')[0]).toMatchObject({ client: '[::1]:42720', server: '[::1]:18182' });
  expect([...faultsOf(events), ...notesOf(events)]).toEqual([]);
});

it('Node 20 with itself over HTTP/2: a page and two WebSockets in one connection', async () => {
  const events = await inspectAll(kept('node-http2.pcap'));
  expect(ofType(events, 'connection').map(({ server }) => server)).toEqual([
    expect.stringMatching(/ \(stream 3\)$/),
    expect.stringMatching(/ \(stream 5\)$/),
  ]);
  const said = messagesOf(events);
  for (const index of [0, 1])
    for (const round of [0, 1, 2]) expect(said).toContain(`client: text ${round} of ${index}`);
  expect(said.filter((text) => text === 'server: echo')).toHaveLength(6);
  expect([...faultsOf(events), ...notesOf(events)]).toEqual([]);
});

it('either of them without its handshake', async () => {
  const file = kept('python-websockets.pcap');
  const view = new DataView(file.buffer);
  // The packets of the handshake are the first six.
  let at = 24;
  for (let packet = 0; packet < 6; packet++) at += 16 + view.getUint32(at + 8, true);
  const cut = new Uint8Array(Buffer.concat([file.subarray(0, 24), file.subarray(at)]));
  const events = await inspectAll(cut);
  expect(messagesOf(events)).toContain(`client: ${'x'.repeat(100_000)}`);
  expect(ofType(events, 'message').every(({ compression }) => compression === 'not-seen')).toBe(true);
  expect(notesOf(events).slice(0, 2)).toEqual(['no-handshake', 'side-by-mask']);
});

it.each(['python-websockets.pcap', 'chromium-ipv6.pcapng'])(
  '%s with wrong bytes: events, or an input error',
  async (name) => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        async (changes, length) => {
          const file = kept(name);
          for (const [at, byte] of changes) file[at % file.length] = byte;
          const events = await inspectAll(
            file.subarray(0, length % 3 === 0 ? length % file.length : file.length),
          ).catch((error: unknown) => {
            if (error instanceof InputError) return [];
            throw error;
          });
          for (const { payload, payloadLength } of ofType(events, 'frame')) {
            expect(payload.length).toBeLessThanOrEqual(payloadLength);
          }
        },
      ),
      { numRuns: 200 },
    );
  },
);
