import { describe, expect, test } from 'vitest';
import { chooseAnswer, readAnswer } from '../../src/opening/deflate-agreement.js';

const ANY = { offers: [''], answers: [''] };

describe("a server's answer", () => {
  test.each([
    ['permessage-deflate', [''], 15, true],
    ['permessage-deflate; server_no_context_takeover', [''], 15, false],
    ['permessage-deflate; server_max_window_bits=9', ['server_max_window_bits=10'], 9, true],
    ['permessage-deflate; server_max_window_bits="10"', ['server_max_window_bits=10'], 10, true],
    ['permessage-deflate', ['server_max_window_bits=10', ''], 15, true],
    // It stands for what was asked for.
    ['permessage-deflate', ['server_max_window_bits=15'], 15, true],
  ])('%s to %j is agreed on', (answer, offers, windowBits, takeover) => {
    expect(readAnswer({ offers, answers: [] }, [answer])).toMatchObject({ server: { windowBits, takeover } });
  });

  test.each([
    ['permessage-deflate; server_max_window_bits=16', [''], 'DEFLATE_ANSWER_INVALID'],
    ['permessage-deflate; server_max_window_bits', [''], 'DEFLATE_ANSWER_INVALID'],
    ['permessage-deflate; client_max_window_bits', ['client_max_window_bits'], 'DEFLATE_ANSWER_INVALID'],
    ['permessage-deflate; client_max_window_bits=07', ['client_max_window_bits'], 'DEFLATE_ANSWER_INVALID'],
    ['permessage-deflate; server_no_context_takeover=1', [''], 'DEFLATE_ANSWER_INVALID'],
    ['permessage-deflate; foo', [''], 'DEFLATE_ANSWER_INVALID'],
    [
      'permessage-deflate; server_max_window_bits=9; server_max_window_bits=9',
      [''],
      'DEFLATE_ANSWER_INVALID',
    ],
    ['permessage-deflate', ['server_no_context_takeover'], 'DEFLATE_ANSWER_UNASKED'],
    ['permessage-deflate', ['server_max_window_bits=10'], 'DEFLATE_ANSWER_UNASKED'],
    [
      'permessage-deflate; server_max_window_bits=11',
      ['server_max_window_bits=10'],
      'DEFLATE_ANSWER_UNASKED',
    ],
    ['permessage-deflate; client_max_window_bits=10', [''], 'DEFLATE_ANSWER_UNASKED'],
    ['x-other', [''], 'EXTENSION_NOT_OFFERED'],
  ])('%s to %j is %s', (answer, offers, code) => {
    expect(readAnswer({ offers, answers: [] }, [answer])).toMatchObject({ code });
  });

  test('that fits no offer is told with the offers', () => {
    const offers = ['server_max_window_bits=10', 'server_no_context_takeover'];
    expect(readAnswer({ offers, answers: [] }, ['permessage-deflate'])).toMatchObject({
      message: expect.stringMatching(
        /"permessage-deflate" to "permessage-deflate; server_max_window_bits=10, permessage-deflate; server_no_context_takeover": /,
      ),
    });
  });

  test('may be none, but not two', () => {
    expect(readAnswer(ANY, [])).toBeUndefined();
    expect(readAnswer(ANY, ['permessage-deflate', 'permessage-deflate'])).toMatchObject({
      code: 'EXTENSION_TWICE',
    });
    expect(readAnswer(undefined, ['permessage-deflate'])).toMatchObject({ code: 'EXTENSION_NOT_OFFERED' });
  });
});

describe("the suite's answer", () => {
  const limited = {
    offers: [],
    answers: ['client_no_context_takeover; client_max_window_bits=9', 'client_no_context_takeover'],
  };

  test('is the first that an offer allows', () => {
    expect(chooseAnswer(limited, ['permessage-deflate; client_max_window_bits'])?.agreement.client).toEqual({
      windowBits: 9,
      takeover: false,
    });
    expect(chooseAnswer(limited, ['permessage-deflate'])?.agreement.client).toEqual({
      windowBits: 15,
      takeover: false,
    });
    expect(
      chooseAnswer({ offers: [], answers: ['client_max_window_bits=9'] }, ['permessage-deflate']),
    ).toBeUndefined();
  });

  test('repeats what the client asks of the server', () => {
    const offer = 'permessage-deflate; server_no_context_takeover; server_max_window_bits=10';
    expect(chooseAnswer(ANY, [offer])).toMatchObject({
      header: 'permessage-deflate; server_no_context_takeover; server_max_window_bits=10',
      agreement: { server: { windowBits: 10, takeover: false } },
    });
  });

  test('repeats what the client says of itself (7.1.1.2), and knows what it did not say', () => {
    const offer = 'permessage-deflate; client_no_context_takeover';
    expect(chooseAnswer(ANY, [offer])).toMatchObject({ header: offer, isBeyondOffer: false });
    const limit = { offers: [], answers: ['server_max_window_bits=9'] };
    expect(chooseAnswer(limit, [offer])).toMatchObject({ isBeyondOffer: true });
    const bits = { offers: [], answers: ['client_max_window_bits=9'] };
    expect(chooseAnswer(bits, ['permessage-deflate; client_max_window_bits'])).toMatchObject({
      isBeyondOffer: true,
    });
    expect(chooseAnswer(bits, ['permessage-deflate; client_max_window_bits=9'])).toMatchObject({
      isBeyondOffer: false,
    });
  });

  test.each([
    'permessage-deflate; foo',
    'permessage-deflate; server_max_window_bits=7',
    'x-webkit-deflate-frame',
  ])('is none to %s', (offer) => {
    expect(chooseAnswer(ANY, [offer])).toBeUndefined();
  });

  test('is none where the case agrees on nothing', () => {
    expect(chooseAnswer(undefined, ['permessage-deflate'])).toBeUndefined();
  });
});
