import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drain, open } from '../endpoint.js';
import { characters, concat, hex, plain, utf8 } from '../frames.js';

/** Lone surrogates have become U+FFFD. */
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Frames of a message in these pieces. */
function fragments(opcode: number, ...payloads: (string | Uint8Array)[]): number[] {
  const last = payloads.length - 1;
  return [...concat(...payloads.map((p, i) => plain((i === last ? 0x80 : 0) | (i === 0 ? opcode : 0), p)))];
}

describe('a text in pieces', () => {
  it('is the text, whatever units it is cut at, and every fragment is UTF-8 by itself', () => {
    const units = fc.array(
      fc.oneof(fc.integer({ min: 0xd7ff, max: 0xe000 }), fc.constantFrom(0xd83d, 0xde00, 0x61)),
    );
    fc.assert(
      fc.property(units, fc.array(fc.nat(20)), (codes, cuts) => {
        const text = String.fromCharCode(...codes);
        const sender = open({ role: 'client' });
        const message = sender.connection.textWriter();
        let at = 0;
        for (const cut of cuts.sort((a, b) => a - b)) {
          const end = Math.min(Math.max(cut, at), text.length);
          expect(message.write(text.slice(at, end))).toBe(true);
          at = end;
        }
        message.end(text.slice(at));
        const receiver = open({ role: 'server' });
        receiver.connection.receive(drain(sender.connection));
        expect(receiver.events).toEqual([{ type: 'text', data: lenient.decode(utf8(text)) }]);
      }),
    );
  });

  it('holds back the first half of a surrogate pair', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    message.write('a\ud83d');
    message.write('\ude00');
    message.write('\ud83d');
    message.end();
    expect([...drain(connection)]).toEqual(fragments(1, 'a', '😀', '', '\ufffd'));
  });

  it('takes bytes, checked across pieces', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    expect(message.write(hex('61 e2 82'))).toBe(true);
    expect(() => message.write('string')).toThrow(TypeError);
    expect(() => message.write(hex('61'))).toThrow(TypeError);
    expect(() => message.end()).toThrow(TypeError);
    expect(() => message.end(hex(''))).toThrow(TypeError);
    expect(message.write(hex('ac'))).toBe(true);
    expect(message.write('b')).toBe(true);
    expect(message.end(hex('63'))).toBe(true);
    expect([...drain(connection)]).toEqual(fragments(1, hex('61 e2 82'), hex('ac'), 'b', 'c'));
  });

  it('does not mix half a pair with bytes', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    message.write('\ud83d');
    expect(() => message.write(utf8('a'))).toThrow(TypeError);
    message.end('\ude00');
    expect([...drain(connection)]).toEqual(fragments(1, '', '😀'));
  });

  it('refuses other kinds of pieces', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    for (const wrong of [5, null, new Uint16Array(1), new ArrayBuffer(1)]) {
      expect(() => message.write(wrong as never)).toThrow(TypeError);
    }
    expect(connection.dataToSend()).toBe(undefined);
  });
});

describe('a binary in pieces', () => {
  it('is a fragment a piece, empty ones too, and one of its own at the end', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.binaryWriter();
    message.write(hex('01'));
    message.write(hex(''));
    message.end();
    expect([...drain(connection)]).toEqual(fragments(2, hex('01'), '', ''));
    expect(connection.binaryWriter().end(hex('02'))).toBe(true);
    expect([...drain(connection)]).toEqual(fragments(2, hex('02')));
  });

  it.each([1, 5000, 100_000])('of %i bytes is copied: the caller may use its memory again', (length) => {
    const { connection } = open({ role: 'server' });
    const bytes = new Uint8Array(length).fill(7);
    connection.binaryWriter().write(bytes);
    bytes.fill(9);
    expect(drain(connection).subarray(-length)).toEqual(new Uint8Array(length).fill(7));
  });

  it('may be a range of bytes', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.binaryWriter();
    message.write({ bytes: hex('01 02 03 04'), start: 1, end: 3 });
    message.end({ bytes: hex('05'), start: 1, end: 1 });
    expect([...drain(connection)]).toEqual(fragments(2, hex('02 03'), ''));
    expect(() => connection.binaryWriter().write({ bytes: hex('05'), start: 0, end: 2 })).toThrow(RangeError);
    expect(() => connection.binaryWriter().write(null as never)).toThrow(
      expect.objectContaining({ code: 'NOT_BYTES' }),
    );
  });

  it('is masked by a client', () => {
    const client = open({ role: 'client', generateMaskingKey: () => 0x01010101 });
    client.connection.binaryWriter().end(hex('00 01'));
    expect(characters(drain(client.connection))).toBe(characters(hex('82 82 01010101 01 00')));
  });

  it('takes no strings', () => {
    expect(() => open({ role: 'server' }).connection.binaryWriter().write('a')).toThrow(TypeError);
  });
});

describe('between the pieces', () => {
  it('control frames go, messages do not', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    message.write('a');
    for (const send of [
      () => connection.sendText('x'),
      () => connection.sendBinary(hex('')),
      () => connection.textWriter(),
      () => connection.binaryWriter(),
    ]) {
      expect(send).toThrow('under way');
    }
    expect(connection.ping(hex('01'))).toBe(true);
    expect(connection.pong()).toBe(true);
    message.end('b');
    expect(connection.sendText('x')).toBe(true);
    expect([...drain(connection)]).toEqual([...hex('01 01 61 89 01 01 8a 00 80 01 62 81 01 78')]);
  });

  it('a Close goes, and the message ends unsaid', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    message.write('a');
    connection.close();
    expect(message.write('b')).toBe(false);
    expect(message.end()).toBe(false);
    expect([...drain(connection)]).toEqual([...hex('01 01 61 88 00')]);
  });
});

describe('a message', () => {
  it('takes nothing after its end', () => {
    const { connection } = open({ role: 'server' });
    const message = connection.textWriter();
    message.end('a');
    expect(() => message.write('b')).toThrow('ended');
    expect(() => message.end()).toThrow('ended');
    expect([...drain(connection)]).toEqual(fragments(1, 'a'));
  });

  it('begins with its first piece; one that is refused because of another may come later, whole', () => {
    const { connection } = open({ role: 'server' });
    const a = connection.textWriter();
    const b = connection.textWriter();
    expect(connection.sendText('before')).toBe(true);
    a.write('a');
    expect(() => b.write('\ud83d')).toThrow('another');
    expect(() => b.end('x')).toThrow('another');
    a.end();
    b.end('x');
    expect([...drain(connection)]).toEqual([
      ...plain(0x81, 'before'),
      ...fragments(1, 'a', ''),
      ...fragments(1, 'x'),
    ]);
  });
});
