import { describe, expect, it } from 'vitest';
import {
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  parseClientMessage,
  parseServerMessage,
} from '../src/protocol.js';

describe('parseClientMessage', () => {
  it('reads what is right, and keeps nothing else', () => {
    expect(parseClientMessage('{"type":"join","name":"  Ada L. ","admin":true}')).toEqual({
      type: 'join',
      name: 'Ada L.',
    });
    expect(parseClientMessage('{"type":"say","text":" hi\\n<b> ","__proto__":{"x":1}}')).toEqual({
      type: 'say',
      text: ' hi\n<b> ',
    });
  });

  it('says what is wrong', () => {
    for (const text of ['', 'hello', '[', 'null', '3', '"say"']) {
      expect(parseClientMessage(text)).toBe('a message is a JSON object');
    }
    for (const text of ['{}', '[]', '{"type":"shout"}', '{"type":["say"]}']) {
      expect(parseClientMessage(text)).toContain('type of a message');
    }
    const names = [
      undefined,
      3,
      '',
      '  ',
      'x'.repeat(MAX_NAME_LENGTH + 1),
      'a\u001b[2Jb',
      'a\nb',
      'a\u2028b',
    ];
    for (const name of names) {
      expect(parseClientMessage(JSON.stringify({ type: 'join', name }))).toContain('a name is');
    }
    for (const said of [undefined, {}, '', ' \n ', 'x'.repeat(MAX_TEXT_LENGTH + 1)]) {
      expect(parseClientMessage(JSON.stringify({ type: 'say', text: said }))).toContain('a text is');
    }
  });

  it('has room for the longest text however it is written', () => {
    const text = '\u0001'.repeat(MAX_TEXT_LENGTH);
    const message = JSON.stringify({ type: 'say', text });
    expect(message.length).toBeLessThan(MAX_CLIENT_MESSAGE_BYTES);
    expect(parseClientMessage(message)).toEqual({ type: 'say', text });
  });
});

describe('parseServerMessage', () => {
  it('reads known types and passes over others', () => {
    expect(parseServerMessage('{"type":"joined","id":1,"name":"a"}')).toEqual({
      type: 'joined',
      id: 1,
      name: 'a',
    });
    for (const text of ['{"type":"new-in-version-2"}', '[]', 'null', '{']) {
      expect(parseServerMessage(text)).toBeUndefined();
    }
  });
});
