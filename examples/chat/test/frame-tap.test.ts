import { Connection } from '@sanssocket/codec';
import { expect, it } from 'vitest';
import type { FrameReport, Report } from '../src/frame-report.js';
import { FrameTap } from '../src/frame-tap.js';

function watch(tap: FrameTap): { reports: Report[]; ended: () => boolean } {
  const reports: Report[] = [];
  let over = false;
  tap.watch({
    report: (report) => reports.push(report),
    end: () => {
      over = true;
    },
  });
  return { reports, ended: () => over };
}

it('takes frames apart both ways, in whatever pieces they come', () => {
  const tap = new FrameTap();
  const { reports, ended } = watch(tap);
  // RFC 6455 5.7: a masked "Hello".
  for (const byte of [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]) {
    tap.received(Uint8Array.of(byte));
  }
  tap.sent(Uint8Array.of(0x8a, 0x02, 0x48, 0x69, 0x02, 0x00));
  const hello = { fin: true, opcode: 1, masked: true, maskingKey: '37fa213d', payload: '48656c6c6f' };
  expect(reports).toMatchObject([
    { type: 'frame', direction: 'received', ...hello, payloadLength: 5, rsv1: false },
    { type: 'frame', direction: 'sent', opcode: 10, masked: false, maskingKey: null, payload: '4869' },
    { type: 'frame', direction: 'sent', fin: false, opcode: 2, payloadLength: 0, payload: '' },
  ]);
  tap.end();
  expect(ended()).toBe(true);
});

it('does not change what it sees, and shows the beginning of long payloads', () => {
  const tap = new FrameTap();
  const { reports } = watch(tap);
  const client = new Connection({ role: 'client' }, {});
  client.sendBinary(new Uint8Array(1000).fill(7));
  const bytes = client.dataToSend()!;
  const before = bytes.slice();
  tap.received(bytes.subarray(0, 200));
  tap.received(bytes.subarray(200));
  expect(bytes).toEqual(before);
  expect(reports).toMatchObject([{ payloadLength: 1000, payload: '07'.repeat(256) }]);
});

it('shows a late watcher the last frames, and tells where a stream cannot be read', () => {
  const tap = new FrameTap();
  for (let size = 0; size < 100; size++) tap.sent(Uint8Array.of(0x82, size, ...new Uint8Array(size)));
  tap.received(Uint8Array.of(0xff, 0xff, 0xff));
  const { reports } = watch(tap);
  expect(reports.slice(0, -1).map((report) => (report as FrameReport).payloadLength)).toEqual(
    Array.from({ length: 15 }, (_, index) => 85 + index),
  );
  expect(reports.at(-1)).toMatchObject({ type: 'fault', direction: 'received', code: 'RESERVED_BITS' });
});

it('keeps nothing of a frame that is too long for the chat, and little of a long compressed one', () => {
  const tap = new FrameTap();
  const chunk = new Uint8Array(1 << 20).fill(0x55);
  // A compressed text of 16 MiB, which the connection refuses at its header.
  tap.received(Uint8Array.of(0xc1, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4));
  for (let part = 0; part < 16; part++) tap.received(chunk);
  const { reports } = watch(tap);
  expect(reports).toMatchObject([{ type: 'fault', code: 'FRAME_TOO_LARGE' }]);
  const other = new FrameTap();
  const seen = watch(other).reports;
  other.sent(Buffer.concat([Uint8Array.of(0xc1, 126, 0x20, 0), chunk.subarray(0, 0x2000)]));
  expect(seen).toMatchObject([{ payloadLength: 0x2000, payload: '55'.repeat(256), inflated: null }]);
});

it('inflates a message for its watchers, and lets a few watch', () => {
  const tap = new FrameTap();
  // RFC 7692 7.2.3.1: "Hello", compressed.
  tap.sent(Uint8Array.of(0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00));
  expect(watch(tap).reports).toMatchObject([{ inflated: { length: 5, text: 'Hello' } }]);
  const watcher = { report: () => {}, end: () => {} };
  expect([1, 2, 3, 4].map(() => tap.watch({ ...watcher }))).toEqual([true, true, true, false]);
});
