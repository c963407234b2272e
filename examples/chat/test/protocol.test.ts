import { describe, expect, it } from 'vitest';
import {
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  parseClientMessage,
  parseServerMessage,
  type Refused,
} from '../src/protocol.js';

describe('parseClientMessage', () => {
  it('reads what is right, and keeps nothing else', () => {
    expect(parseClientMessage('{"type":"join","name":"  Ada L. ","admin":true}')).toEqual({
      type: 'join',
      name: 'Ada L.',
    });
    expect(parseClientMessage('{"type":"say","n":7,"text":" hi\\n<b> ","__proto__":{"x":1}}')).toEqual({
      type: 'say',
      text: ' hi\n<b> ',
      n: 7,
    });
    const back = { type: 'join', name: 'Ada', session: 'secret', since: 0 };
    expect(parseClientMessage(JSON.stringify({ ...back, id: 'other' }))).toEqual(back);
  });

  const refusalOf = (message: unknown): Refused => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const refused = parseClientMessage(text);
    if (refused.type !== 'refused') throw new Error(`${text} was taken`);
    return refused;
  };

  it('says what is wrong, and of which message', () => {
    for (const text of ['', 'hello', '[', 'null', '3', '"say"']) {
      expect(refusalOf(text)).toEqual({
        type: 'refused',
        of: 'message',
        reason: 'a message is a JSON object',
      });
    }
    for (const text of ['{}', '[]', '{"type":"shout"}', '{"type":["say"]}']) {
      expect(refusalOf(text).reason).toContain('type of a message');
    }
    for (const name of [undefined, 3, '', '  ', 'x'.repeat(MAX_NAME_LENGTH + 1)]) {
      expect(refusalOf({ type: 'join', name })).toMatchObject({
        of: 'join',
        reason: expect.stringContaining('a name is'),
      });
    }
    for (const session of [3, {}, 'x'.repeat(101)]) {
      expect(refusalOf({ type: 'join', name: 'a', session }).reason).toContain('session');
    }
    for (const since of [-1, 1.5, '3', null, 2 ** 60]) {
      expect(refusalOf({ type: 'join', name: 'a', since }).reason).toContain('since');
    }
    for (const text of [undefined, {}, '', ' \n ', 'x'.repeat(MAX_TEXT_LENGTH + 1)]) {
      expect(refusalOf({ type: 'say', text, n: 3 })).toMatchObject({
        of: 'say',
        n: 3,
        reason: expect.stringContaining('a text is'),
      });
    }
    for (const n of [undefined, 0, -1, 0.5, '1', 2 ** 60]) {
      expect(refusalOf({ type: 'say', text: 'x', n })).toMatchObject({
        of: 'say',
        reason: expect.stringContaining('n counts'),
      });
    }
  });

  it('has room for the longest text however it is written', () => {
    const text = '\u0001'.repeat(MAX_TEXT_LENGTH);
    const message = JSON.stringify({ type: 'say', text, n: Number.MAX_SAFE_INTEGER });
    expect(message.length).toBeLessThan(MAX_CLIENT_MESSAGE_BYTES);
    expect(parseClientMessage(message)).toMatchObject({ type: 'say', text });
  });
});

describe('parseServerMessage', () => {
  it('reads known types and passes over others', () => {
    expect(parseServerMessage('{"type":"broker","state":"away"}')).toEqual({ type: 'broker', state: 'away' });
    for (const text of ['{"type":"new-in-version-2"}', '[]', 'null', '{']) {
      expect(parseServerMessage(text)).toBeUndefined();
    }
  });
});
