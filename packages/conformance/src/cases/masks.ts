/** Masking: the side that masks, and its keys (5.1, 5.3). */
import type { Case, FrameSpec, Role } from '../model/case.js';
import {
  binaryFrame,
  close,
  continuation,
  hex,
  MORE,
  makeCase,
  NORMAL,
  PROTOCOL_ERROR,
  ping,
  pong,
  right,
  send,
  textEvent,
  textFrame,
} from './build.js';

/** A frame masked by the side that must not, or not masked by the one that must. */
function wrongWay(role: Role, name: string, what: string, frames: readonly FrameSpec[]): Case {
  const isServer = role === 'server';
  const isClose = frames.some(({ opcode }) => opcode === 8);
  const verb = isServer ? 'not masked' : 'masked';
  return makeCase({
    id: `masks.${isServer ? 'unmasked' : 'masked'}-${name}`,
    section: '5.1',
    sentence: `${what} that is ${verb} fails the connection.`,
    sent: `${what}, ${verb}.`,
    right: 'The connection is failed with 1002.',
    wrong: isServer
      ? 'The frame is heard or ignored: a server MUST close the connection upon receiving a frame that is not masked.'
      : 'The frame is heard or ignored: a client MUST close a connection if it detects a masked frame.',
    roles: [role],
    steps: [send(frames.map((frame) => ({ ...frame, mask: 'wrong' })))],
    outcomes: [right(isClose ? { by: 'suite', codes: [1002], clean: false } : PROTOCOL_ERROR)],
  });
}

const WRONG: readonly (readonly [name: string, what: string, frames: readonly FrameSpec[]])[] = [
  ['text', 'A text frame', [textFrame('Hello')]],
  ['binary', 'A binary frame', [binaryFrame(hex('00ff'))]],
  ['empty', 'An empty text frame', [textFrame('')]],
  ['ping', 'A Ping', [ping('Hello')]],
  ['pong', 'A Pong', [pong('Hello')]],
  ['close', 'A Close frame', [close(1000)]],
  ['fragments', 'A message in two fragments', [textFrame('Hel', MORE), continuation('lo')]],
  ['long', 'A text frame of 126 octets', [textFrame({ repeat: '2a', bytes: 126 })]],
];

/** One wrong frame among right ones: the frames before it are a right message. */
function wrongLater(role: Role, name: string, what: string, frames: readonly FrameSpec[]): Case {
  const verb = role === 'server' ? 'not masked' : 'masked';
  return makeCase({
    id: `masks.${role === 'server' ? 'unmasked' : 'masked'}-${name}`,
    section: '5.1',
    sentence: `${what} that is ${verb} fails the connection.`,
    sent: `${what} ${verb}.`,
    right: 'The connection is failed with 1002.',
    wrong: 'The frame is heard or ignored.',
    roles: [role],
    steps: [send(frames)],
    outcomes: [right(PROTOCOL_ERROR)],
  });
}

/**
 * Keys that mask nothing, little, or all alike. They are valid; that they are not random is not the
 * receiver's to judge.
 */
const KEYS: readonly (readonly [name: string, key: number])[] = [
  ['zero', 0],
  ['ones', 0xffffffff],
  ['first-octet', 0xff000000],
  ['last-octet', 0x000000ff],
  ['high-bits', 0x80808080],
  ['ascending', 0x01020304],
];

/** All cases about masks. */
export const maskCases: readonly Case[] = [
  ...(['server', 'client'] as const).flatMap((role) => [
    ...WRONG.map(([name, what, frames]) => wrongWay(role, name, what, frames)),
    wrongLater(role, 'continuation', 'The second fragment of a message, alone,', [
      textFrame('Hel', MORE),
      continuation('lo', { mask: 'wrong' }),
    ]),
    wrongLater(role, 'ping-inside', 'A Ping inside a fragmented message, alone,', [
      textFrame('Hel', MORE),
      ping('', { mask: 'wrong' }),
      continuation('lo'),
    ]),
  ]),
  ...KEYS.map(([name, key]) =>
    makeCase({
      id: `masks.key-${name}`,
      section: '5.3',
      sentence: `A masking key of 0x${key.toString(16).padStart(8, '0')} is like any other.`,
      sent: 'Three text frames with that key, whose lengths leave 1, 2 and 3 octets over.',
      right: 'All messages are echoed.',
      wrong: 'A message does not come back as it was.',
      roles: ['server'],
      steps: [send(['abcde', 'abcdef', 'abcdefg'].map((word) => textFrame(word, { mask: key })))],
      outcomes: [right(NORMAL, ...['abcde', 'abcdef', 'abcdefg'].map((word) => textEvent(word)))],
    }),
  ),
  makeCase({
    id: 'masks.key-starts-anew',
    section: '5.3',
    sentence: 'Each frame is unmasked from the first octet of its key on, whatever the lengths before.',
    sent: 'A message in fragments of 1, 2, 3, 4 and 5 octets, all with the same key.',
    right: 'The message is echoed.',
    wrong: 'The message does not come back as it was.',
    roles: ['server'],
    steps: [
      send([
        textFrame('a', { fin: false, mask: 0x12345678 }),
        ...['bc', 'def', 'ghij'].map((word) => continuation(word, { fin: false, mask: 0x12345678 })),
        continuation('klmno', { mask: 0x12345678 }),
      ]),
    ],
    outcomes: [right(NORMAL, textEvent('abcdefghijklmno'))],
  }),
  makeCase({
    id: 'masks.octet-by-octet',
    section: '5.3',
    sentence: 'A masked frame is unmasked the same however its octets arrive.',
    sent: 'A text frame of 13 octets, an octet a write.',
    right: 'The message is echoed.',
    wrong: 'The message does not come back as it was.',
    steps: [send([textFrame('Hello, world!')], 1)],
    outcomes: [right(NORMAL, textEvent('Hello, world!'))],
  }),
  makeCase({
    id: 'masks.keys-of-client',
    section: '5.3',
    sentence: 'A client masks each frame with a fresh key.',
    sent: '32 text messages.',
    right: 'All messages are echoed, each with another key.',
    tolerated: 'A key comes twice, or one of its octets is always the same.',
    wrong:
      'The keys are all the same, or few, or count on: a client MUST pick a fresh one that cannot be predicted.',
    roles: ['client'],
    inspects: 'masking-keys',
    steps: [send(Array.from({ length: 32 }, (_, nth) => textFrame(`message ${nth}`)))],
    outcomes: [right(NORMAL, ...Array.from({ length: 32 }, (_, nth) => textEvent(`message ${nth}`)))],
  }),
];
