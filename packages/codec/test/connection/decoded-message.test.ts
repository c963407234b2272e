/** A message that an extension has decoded is told event by event, and reading stops at any of them, as everywhere. */
import { describe, expect, it } from 'vitest';
import { BINARY, FIN, RSV1, TEXT } from '../../src/frames.js';
import type { Connection, ConnectionHandlers, MessageExtension, MessageMode } from '../../src/index.js';
import { connectionOf } from '../endpoint.js';
import { flip, settled, sync } from '../extensions.js';
import { concat, masked, utf8 } from '../frames.js';

const later: MessageExtension = {
  rsv: RSV1,
  encode: async (piece) => flip(piece),
  decode: async (message) => flip(message),
};
const extensions: readonly (readonly [string, MessageExtension])[] = [
  ['at once', sync(RSV1)],
  ['later', later],
];

const encoded = (text: string): Uint8Array => masked(FIN | RSV1 | TEXT, flip(utf8(text)));
const stream = concat(encoded('one'), masked(FIN | BINARY, 'two'), encoded(''), encoded('three'));
const EVENTS = {
  streamed: [
    'begin',
    'one',
    'finish',
    'begin',
    'two',
    'finish',
    'begin',
    'finish',
    'begin',
    'three',
    'finish',
  ],
  borrowed: ['one', 'two', '', 'three'],
  whole: ['one', 'two', '', 'three'],
  bytes: ['one', 'two', '', 'three'],
};

interface Ear {
  readonly connection: Connection;
  readonly log: string[];
  readonly errors: unknown[];
}

/** A connection whose sink notes each event, then does something. */
function open(messages: MessageMode, extension: MessageExtension, then: (ear: Ear) => void): Ear {
  const decoder = new TextDecoder();
  const note = (event: string): void => {
    ear.log.push(event);
    then(ear);
  };
  const sink: ConnectionHandlers = {
    text: note,
    binary: (bytes) => note(decoder.decode(bytes)),
    bytes: (_, bytes) => note(decoder.decode(bytes)),
    message: (_, span) => note(decoder.decode(span.copy())),
    messageStart: () => note('begin'),
    messageData: (span) => note(decoder.decode(span.copy())),
    messageEnd: () => note('finish'),
    close: ({ code }) => ear.log.push(`closed ${code}`),
    error: (error) => ear.errors.push(error),
  };
  const ear: Ear = {
    connection: connectionOf({ role: 'server', messages }, sink, [extension]),
    log: [],
    errors: [],
  };
  return ear;
}

const MODES = Object.keys(EVENTS) as MessageMode[];

describe.each(extensions)('decoded %s', (_, extension) => {
  describe.each(MODES)('messages %s', (messages) => {
    const events = EVENTS[messages];
    const nths = events.map((_event, nth) => nth);

    it('is told in the order of the stream', async () => {
      const { connection, log } = open(messages, extension, () => {});
      connection.receive(stream.slice());
      await settled();
      expect(log).toEqual(events);
    });

    it.each(nths)('ends at event %i if the sink fails the connection there', async (nth) => {
      const { connection, log } = open(messages, extension, (ear) => {
        if (ear.log.length === nth + 1) ear.connection.fail(1008);
      });
      connection.receive(stream.slice());
      await settled();
      connection.receive(stream.slice());
      connection.resume();
      await settled();
      expect(log).toEqual([...events.slice(0, nth + 1), 'closed 1008']);
    });

    it('stops at every event that pauses, and goes on behind it', async () => {
      const { connection, log } = open(messages, extension, (ear) => ear.connection.pause());
      connection.receive(stream.slice());
      connection.receiveEof();
      await settled();
      for (let told = 1; told <= events.length; told++) {
        expect(log).toEqual(events.slice(0, told));
        expect(connection.paused).toBe(true);
        connection.resume();
        await settled();
      }
      expect(log).toEqual([...events, 'closed 1006']);
    });

    it('goes on by itself where the sink pauses and resumes at once', async () => {
      const { connection, log } = open(messages, extension, (ear) => {
        ear.connection.pause();
        ear.connection.resume();
      });
      connection.receive(stream.slice());
      connection.receiveEof();
      await settled();
      expect(log).toEqual([...events, 'closed 1006']);
    });

    it('loses nothing behind an event that throws', async () => {
      const { connection, log, errors } = open(messages, extension, (ear) => {
        throw new Error(ear.log.at(-1));
      });
      const attempt = (call: () => void): void => {
        try {
          call();
        } catch (error) {
          errors.push(error);
        }
      };
      attempt(() => connection.receive(stream.slice()));
      for (let i = 0; i < events.length; i++) {
        await settled();
        attempt(() => connection.resume());
      }
      await settled();
      attempt(() => connection.receiveEof());
      expect(log).toEqual([...events, 'closed 1006']);
      expect(errors.map((error) => (error as Error).message)).toEqual(events);
    });
  });
});
