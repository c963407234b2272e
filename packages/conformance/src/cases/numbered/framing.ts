/** Group 1: one frame, all forms of its length. */
import type { Case, Pace } from '../../model/case.js';
import { octets } from '../../model/payload.js';
import {
  binaryEvent,
  binaryFrame,
  makeCase,
  NORMAL,
  paceWords,
  repeated,
  right,
  send,
  textEvent,
  textFrame,
} from '../build.js';

const LENGTHS: readonly (readonly [bytes: number, pace: Pace])[] = [
  [0, 'whole'],
  [125, 'whole'],
  [126, 'whole'],
  [127, 'whole'],
  [128, 'whole'],
  [65535, 'whole'],
  [65536, 'whole'],
  [65536, 997],
];

/** 16 cases. */
export const framingCases: readonly Case[] = (['text', 'binary'] as const).flatMap((type, group) =>
  LENGTHS.map(([bytes, pace], nth) => {
    const payload = repeated(type === 'text' ? '2a' : 'fe', bytes);
    const [frame, echo] =
      type === 'text'
        ? [textFrame(payload), textEvent(payload)]
        : [binaryFrame(payload), binaryEvent(payload)];
    return makeCase({
      id: `1.${group + 1}.${nth + 1}`,
      section: '5.2',
      sentence: `A ${type} message of ${octets(bytes)} in one frame${paceWords(pace)}.`,
      sent: `A ${type} frame with ${octets(bytes)}${paceWords(pace)}.`,
      right: 'The message is echoed.',
      wrong: 'The message does not come back as it was.',
      steps: [send([frame], pace)],
      outcomes: [right(NORMAL, echo)],
      deadlineMs: bytes > 128 ? 10_000 : 3000,
    });
  }),
);
