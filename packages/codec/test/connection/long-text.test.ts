/**
 * Texts longer than the longest string: a fault of the peer's like any limit. The bytes are those of one mebibyte, or zeroes that the
 * system has not even mapped, and the decoder gives the same string for each window, so that 512 MiB of text take a second and no memory.
 */
import { constants } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeUncheckedFrame, FIN, RSV1, TEXT } from '../../src/frames.js';
import { Connection, type MessageExtension } from '../../src/index.js';

/** UTF-16 units, and so ASCII bytes. */
const LONGEST = constants.MAX_STRING_LENGTH;
const TOO_LONG = LONGEST + 1;
const options = { role: 'client', maxFrameBytes: 2 ** 31, maxMessageBytes: 2 ** 31 } as const;
const header = (length: number, first: number = FIN | TEXT): Uint8Array =>
  encodeUncheckedFrame({ first, declaredLength: length });

interface Heard {
  readonly texts: number[];
  readonly closed: unknown[];
}

function open(extensions: readonly MessageExtension[] = []): { connection: Connection; heard: Heard } {
  const heard: Heard = { texts: [], closed: [] };
  const connection = new Connection(
    options,
    {
      text: (text) => heard.texts.push(text.length),
      close: ({ code, fault }) => heard.closed.push([code, fault?.code]),
    },
    extensions,
  );
  return { connection, heard };
}

/** A text of NULs that stands whole behind its header. */
function whole(length: number): Uint8Array {
  const frame = header(length);
  const bytes = new Uint8Array(frame.length + length);
  bytes.set(frame);
  return bytes;
}

describe('a text longer than the longest string', () => {
  beforeEach(() => {
    const strings = new Map<number, string>();
    vi.spyOn(TextDecoder.prototype, 'decode').mockImplementation((bytes) => {
      const { byteLength } = bytes as Uint8Array;
      const string = strings.get(byteLength) ?? '\0'.repeat(byteLength);
      strings.set(byteLength, string);
      return string;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const tooLarge = { texts: [], closed: [[1009, 'MESSAGE_TOO_LARGE']] };

  it('fails the connection where it comes in parts', () => {
    const part = new Uint8Array(0x10_0000);
    const { connection, heard } = open();
    connection.receive(header(TOO_LONG));
    for (let left = TOO_LONG; left > 0; left -= part.length)
      connection.receive(left < part.length ? part.subarray(0, left) : part);
    expect(heard).toEqual(tooLarge);
  });

  it('fails the connection where it comes at once', () => {
    const { connection, heard } = open();
    connection.receive(whole(TOO_LONG));
    expect(heard).toEqual(tooLarge);
  });

  it('fails the connection where an extension gives it', () => {
    const message = new Uint8Array(TOO_LONG);
    const inflates: MessageExtension = { rsv: RSV1, encode: (piece) => piece, decode: () => message };
    const { connection, heard } = open([inflates]);
    connection.receive(encodeUncheckedFrame({ first: FIN | RSV1 | TEXT, payload: new Uint8Array(1) }));
    expect(heard).toEqual(tooLarge);
  });

  it('is one character longer than one that is heard', () => {
    const { connection, heard } = open();
    connection.receive(whole(LONGEST));
    expect(heard).toEqual({ texts: [LONGEST], closed: [] });
  });
});
