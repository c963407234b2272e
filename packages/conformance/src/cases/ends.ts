/** Transports that end: half of them, all of them, in order or not (7.1.1, 7.1.4, 7.2). */
import type { Case, CloseExpectation, ExpectedEvent, Step } from '../model/case.js';
import {
  binaryFrame,
  close,
  continuation,
  MORE,
  makeCase,
  NORMAL,
  ping,
  pongEvent,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
} from './build.js';

/**
 * The suite has ended its side. The endpoint has to end its own, with or without a Close frame
 * before.
 */
const LET_GO: CloseExpectation = { by: 'any', codes: [], clean: false };
const HELD = 'The endpoint did not end its side of a transport whose other side had ended.';

/** Ends our side without a Close frame. */
function halfClosed(
  name: string,
  sentence: string,
  steps: readonly Step[],
  events: readonly ExpectedEvent[] | 'any' = [],
): Case {
  return makeCase({
    id: `ends.${name}`,
    section: '7.1.4',
    sentence,
    sent: sentence,
    right: 'The endpoint ends its side too, and sends nothing that was not asked for.',
    tolerated: HELD,
    wrong: 'Something comes that was never sent.',
    steps: [...steps, { do: 'end' }, { do: 'await-eof' }],
    outcomes: [{ verdict: 'OK', events, close: LET_GO }],
  });
}

const UNHEARD =
  'What came before the end of the transport was not answered; 7.1.4 leaves nothing to be answered to.';

/** All cases about ends. */
export const endCases: readonly Case[] = [
  halfClosed('at-once', 'Our side ends right behind the opening handshake.', []),
  halfClosed('inside-header', 'Our side ends inside the header of a frame.', [
    send([textFrame('Hello', { cutTo: 1 })]),
  ]),
  halfClosed('inside-length', 'Our side ends inside a 16-bit length.', [
    send([textFrame(repeated('61', 300), { cutTo: 3 })]),
  ]),
  halfClosed('inside-payload', 'Our side ends inside the payload of a frame.', [
    send([textFrame(repeated('61', 300), { cutTo: 100 })]),
  ]),
  halfClosed('inside-message', 'Our side ends between two fragments.', [send([textFrame('Hel', MORE)])]),
  halfClosed('inside-control', 'Our side ends inside a Ping.', [send([ping('Hello', { cutTo: 4 })])]),
  halfClosed(
    'inside-close',
    'Our side ends inside a Close frame.',
    [send([ping('p')]), { do: 'await', events: 1 }, { do: 'octets', payload: { hex: '88' } }],
    [pongEvent('p')],
  ),
  halfClosed(
    'after-echo',
    'Our side ends after a message was echoed.',
    [send([textFrame('Hello')]), { do: 'await', events: 1 }],
    [textEvent('Hello')],
  ),
  makeCase({
    ...halfClosed('with-message', 'Our side ends in the same go as a message.', [send([textFrame('Hello')])]),
    outcomes: [
      right(LET_GO, textEvent('Hello')),
      { verdict: 'OK', events: [], close: LET_GO, because: UNHEARD },
    ],
  }),
  makeCase({
    ...halfClosed('with-ping', 'Our side ends in the same go as a Ping.', [send([ping('p')])]),
    outcomes: [right(LET_GO, pongEvent('p')), { verdict: 'OK', events: [], close: LET_GO, because: UNHEARD }],
  }),
  makeCase({
    id: 'ends.server-first',
    section: '7.1.1',
    sentence: 'After both Close frames the server ends the transport, and does not wait for the client.',
    sent: 'A text; on its echo a Close frame. The transport is left to the server.',
    right: 'A Close frame, and then the end of the transport.',
    wrong:
      'The server leaves the end to the client: it MUST close the underlying TCP connection immediately.',
    roles: ['server'],
    steps: [
      send([textFrame('Hello')]),
      { do: 'await', events: 1 },
      send([close(1000)]),
      // The suite waits for the end then, as behind every closing handshake, and leaves its own
      // side open.
      { do: 'await-close' },
    ],
    outcomes: [right(NORMAL, textEvent('Hello'))],
  }),
  makeCase({
    id: 'ends.client-last',
    section: '7.1.1',
    sentence:
      'After both Close frames a client waits for the server to end the transport, but not without end.',
    sent: 'A Close frame with 1000. Our side of the transport is left open.',
    right: 'The client ends the transport after a while.',
    tolerated: 'It waits longer than the suite does.',
    wrong: 'The Close frame is not answered.',
    roles: ['client'],
    steps: [send([close(1000)]), { do: 'await-close' }, { do: 'pause', ms: 1000 }],
    outcomes: [right(NORMAL)],
  }),
  makeCase({
    id: 'ends.reset',
    section: '7.2.1',
    sentence: 'A reset of the transport inside a message does no harm to later connections.',
    sent: 'A fragment of a text, then a reset.',
    right: 'Nothing: the connection is gone.',
    wrong: 'Something comes all the same.',
    steps: [send([textFrame('Hel', MORE)]), { do: 'pause', ms: 250 }, { do: 'reset' }],
    outcomes: [{ verdict: 'OK', events: [], close: LET_GO }],
  }),
  makeCase({
    id: 'ends.unread-echo',
    section: '5.2',
    sentence: 'An echo that is not read for a while arrives whole.',
    sent: 'Four binary messages of 256 KiB; nothing is read for half a second.',
    right: 'The messages are echoed.',
    wrong: 'A message does not come back as it was.',
    steps: [
      send(Array.from({ length: 4 }, () => binaryFrame(repeated('00fe23faf0', 262144)))),
      { do: 'stop-reading', ms: 500 },
    ],
    outcomes: [
      right(
        NORMAL,
        ...Array.from(
          { length: 4 },
          (): ExpectedEvent => ({ type: 'binary', payload: repeated('00fe23faf0', 262144) }),
        ),
      ),
    ],
    deadlineMs: 10_000,
  }),
  makeCase({
    id: 'ends.slow-message',
    section: '5.4',
    sentence: 'A message whose fragments come with pauses is put together.',
    sent: 'Three fragments, a quarter of a second apart.',
    right: 'The message is echoed.',
    wrong: 'The message does not come back as it was.',
    steps: [
      send([textFrame('a', MORE)]),
      { do: 'pause', ms: 250 },
      send([continuation('b', MORE)]),
      { do: 'pause', ms: 250 },
      send([continuation('c')]),
    ],
    outcomes: [right(NORMAL, textEvent('abc'))],
  }),
];
