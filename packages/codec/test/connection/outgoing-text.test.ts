// Texts that are sent as bytes: valid ones go out as they are, of others the first wrong byte is named, at every length and
// wherever windows of validation meet.
import { describe, expect, it } from 'vitest';
import { BINARY, FIN, TEXT } from '../../src/frames.js';
import { Connection } from '../../src/index.js';
import { toward } from '../frames.js';

const WINDOW = 0x2_0000;
const LENGTHS = [511, 512, 4096, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW + 3];
const CHARACTERS = ['a', 'é', '€', '😀'];

function sender(): Connection {
  return new Connection({ role: 'server' }, {});
}

/** All output as one buffer. */
function output(connection: Connection): Buffer {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = connection.dataToSend();
    if (chunk === undefined) return Buffer.concat(chunks);
    chunks.push(chunk);
  }
}

describe.each(CHARACTERS)('a text with %s', (character) => {
  it.each(LENGTHS)('where the windows meet goes out as it is: %i bytes', (length) => {
    for (let before = 0; before < 4; before++) {
      const text = Buffer.alloc(length, 'x');
      for (const at of [0, WINDOW, 2 * WINDOW]) {
        const start = Math.max(0, at - before);
        if (start + 4 <= length) text.write(character, start);
      }
      const connection = sender();
      connection.sendText(text);
      expect(output(connection).subarray(-length).equals(text)).toBe(true);
      connection.sendSlice(TEXT, { bytes: Buffer.concat([text, Buffer.of(0xff)]), start: 0, end: length });
      expect(output(connection).subarray(-length).equals(text)).toBe(true);
    }
  });
});

it.each(LENGTHS)('the first wrong byte is named, of %i', (length) => {
  for (const at of [0, 1, 509, WINDOW - 1, WINDOW, WINDOW + 2, length - 1].filter(
    (index) => index < length,
  )) {
    for (const wrong of [0x80, 0xff]) {
      const text = Buffer.alloc(length, 'x');
      text[at] = wrong;
      const connection = sender();
      const error = { code: 'INVALID_UTF8', message: `a text is UTF-8 (RFC 6455 8.1): wrong at byte ${at}` };
      expect(() => connection.sendText(text)).toThrow(expect.objectContaining(error));
      expect(() => connection.sendZeroCopy(TEXT, text)).toThrow(expect.objectContaining(error));
      expect(connection.dataToSend()).toBeUndefined();
      connection.sendBinary(text);
      expect(connection.bufferedAmount).toBeGreaterThan(length);
    }
  }
  const cut = Buffer.alloc(length, 'x');
  cut[length - 1] = 0xc3;
  expect(() => sender().sendText(cut)).toThrow(`wrong at byte ${length}`);
});

it('a text that is lent may be sent on from the handler, a binary message that is none may not as a text', () => {
  for (const opcode of [TEXT, BINARY] as const) {
    const payload = Buffer.alloc(5000, opcode === TEXT ? 'é' : Buffer.of(0xe9));
    const relay: Connection = new Connection(
      { role: 'server' },
      {
        message: (_, slice) => {
          if (opcode === TEXT) relay.sendSlice(TEXT, slice);
          else expect(() => relay.sendSlice(TEXT, slice)).toThrow('wrong at byte');
        },
      },
    );
    relay.receive(toward('server', FIN | opcode, payload, 0x1234_5678));
    expect(output(relay).subarray(-5000).equals(payload)).toBe(opcode === TEXT);
  }
});
