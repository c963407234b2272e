/** Limits: finite, judged at headers, on every path (RFC 6455 10.4). */
import { describe, expect, it } from 'vitest';
import { BINARY, encodeUncheckedFrame, FIN, FrameParser, TEXT } from '../../src/frames.js';
import { Connection, ConnectionConfig } from '../../src/index.js';
import type { BorrowedSlice } from '../../src/memory/bytes.js';
import { connectionOf, MODES, open } from '../endpoint.js';
import { concat, hex, masked, plain } from '../frames.js';

const MAX = 0x100_0000;

describe('limits', () => {
  it.each(['maxFrameBytes', 'maxMessageBytes', 'maxFragments', 'maxQueuedPongs'])(
    'cannot be switched off: %s is a positive integer or the default',
    (name) => {
      for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', null]) {
        expect(() => new ConnectionConfig({ role: 'server', [name]: value })).toThrow(RangeError);
        expect(() => new Connection({ role: 'server', [name]: value }, {})).toThrow(RangeError);
        if (name === 'maxQueuedPongs') continue;
        expect(() => new FrameParser({} as never, { role: 'server', [name]: value })).toThrow(RangeError);
      }
      expect(() => new ConnectionConfig({ role: 'server', [name]: 2 ** 53 - 1 })).not.toThrow();
      expect(() => new ConnectionConfig({ role: 'server', [name]: undefined })).not.toThrow();
    },
  );

  it.each([{ role: 'peer' }, { role: 'server', autoPong: 'all' }, {}])(
    'do not make up for the options %o',
    (options) => {
      expect(() => new ConnectionConfig(options as never)).toThrow(TypeError);
    },
  );

  it.each(MODES)(
    'let 16 MiB pass by default, and not a byte more, messages $messages, kernel $mask.name',
    (mode) => {
      let bytes = 0;
      const sink = {
        binary: (message: Uint8Array) => {
          bytes += message.length;
        },
        bytes: (_: number, message: Uint8Array) => {
          bytes += message.length;
        },
        message: (_: number, span: BorrowedSlice) => {
          bytes += span.length;
        },
        messageData: (span: BorrowedSlice) => {
          bytes += span.length;
        },
      };
      const header = (length: number): Uint8Array =>
        encodeUncheckedFrame({ first: FIN | BINARY, declaredLength: length, lengthBytes: 8, maskingKey: 0 });
      const connection = connectionOf({ role: 'server', ...mode }, sink);
      const whole = new Uint8Array(14 + MAX);
      whole.set(header(MAX));
      connection.receive(whole);
      expect(bytes).toBe(MAX);

      // In fragments of 64 bytes: header, key 0, payload; 262,144 of them.
      const fragment = masked(0, new Uint8Array(64), 0);
      const many = new Uint8Array(fragment.length * 4096);
      for (let at = 0; at < many.length; at += fragment.length) many.set(fragment, at);
      connection.receive(masked(BINARY, new Uint8Array(64), 0));
      for (let i = 0; i < 63; i++) connection.receive(many.slice());
      connection.receive(many.slice(0, -fragment.length));
      expect(connection.state).toBe('open');
      connection.receive(masked(FIN, '', 0));
      expect(bytes).toBe(2 * MAX);

      connection.receive(header(MAX + 1).subarray(0, 10));
      expect(connection.closeInfo?.fault).toMatchObject({ code: 'FRAME_TOO_LARGE', closeCode: 1009 });
      expect(bytes).toBe(2 * MAX);
    },
  );

  it.each(MODES)(
    'are compared with what is left of a message, messages $messages, kernel $mask.name (advisories I01, M07)',
    (mode) => {
      const options = { role: 'client' as const, maxMessageBytes: 10, ...mode };
      const exact = open(options);
      exact.connection.receive(concat(plain(TEXT, 'aaaa'), plain(FIN, 'bbbbbb')));
      expect(exact.events).toEqual([{ type: 'text', data: 'aaaabbbbbb' }]);
      for (const second of [plain(0, 'bbbbbbb').subarray(0, 2), hex('80 7f 7fffffffffffffff')]) {
        const { connection, events } = open(options);
        connection.receive(concat(plain(TEXT, 'aaaa'), second));
        expect(events.map(({ type }) => type)).toEqual(['fail']);
        expect(connection.closeInfo).toMatchObject({ code: 1009 });
      }
      // The smaller of both limits holds for one frame (advisory M43).
      const single = open({ ...options, maxFrameBytes: 100 });
      single.connection.receive(plain(FIN | TEXT, 'a'.repeat(11)).subarray(0, 2));
      expect(single.connection.closeInfo?.fault?.code).toBe('MESSAGE_TOO_LARGE');
    },
  );

  it.each(MODES)(
    'count fragments, empty ones too, messages $messages, kernel $mask.name (advisories M08, M10)',
    (mode) => {
      for (const empty of [true, false]) {
        const { connection, events } = open({ role: 'server', maxFragments: 3, ...mode });
        const piece = empty ? '' : 'x';
        const message = concat(masked(TEXT, piece), masked(0, piece), masked(FIN, piece));
        connection.receive(concat(message, message));
        expect(events.length).toBe(2);
        connection.receive(
          concat(masked(TEXT, piece), masked(0, piece), masked(0, piece), masked(FIN, piece).subarray(0, 2)),
        );
        expect(connection.closeInfo?.fault).toMatchObject({ code: 'TOO_MANY_FRAGMENTS', closeCode: 1008 });
      }
    },
  );

  it('never let a later frame be read out of a refused one (advisories I05, A15)', () => {
    for (const length of ['0000000100000000', '0080000000000000', '7fffffff00000000', '8000000000000000']) {
      const { connection, events } = open({
        role: 'client',
        maxFrameBytes: 2 ** 53 - 1,
        maxMessageBytes: 10,
      });
      connection.receive(concat(hex(`82 7f ${length}`), plain(FIN | TEXT, 'hidden')));
      connection.receive(plain(FIN | TEXT, 'hidden'));
      expect(events.map(({ type }) => type)).toEqual(['fail']);
    }
  });
});
