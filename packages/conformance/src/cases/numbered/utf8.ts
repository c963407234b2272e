/** Group 6: text is UTF-8. Markus Kuhn's decoder test is the model of 6.5 to 6.23. */
import type { Case, FrameSpec, Step } from '../../model/case.js';
import { fromHex } from '../../model/payload.js';
import {
  continuation,
  fails,
  fragmented,
  hex,
  MORE,
  makeCase,
  NORMAL,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from '../build.js';
import { KUHN } from './utf8-table.js';

const P1 = '48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121';
const P2 = 'cebae1bdb9cf83cebcceb5';
const P3 = `${P2}eda080656469746564`;
const P4 = `${P2}f4908080656469746564`;

/** A text that has to come back. */
export function validText(id: string, sentence: string, frames: readonly FrameSpec[], digits: string): Case {
  return makeCase({
    id,
    section: '5.6',
    sentence,
    sent: `Text in ${frames.length === 1 ? 'one frame' : `${frames.length} frames`}: ${digits === '' ? 'nothing' : digits}.`,
    right: 'The text is echoed.',
    wrong: 'Valid UTF-8 does not come back as it was.',
    steps: [send(frames)],
    outcomes: [right(NORMAL, textEvent(hex(digits)))],
  });
}

/** A text that must not be heard. */
export function invalidText(
  id: string,
  sentence: string,
  frames: readonly FrameSpec[],
  digits: string,
): Case {
  return makeCase({
    id,
    section: '8.1',
    sentence,
    sent: `Text in ${frames.length === 1 ? 'one frame' : `${frames.length} frames`}: ${digits}.`,
    right: 'The connection is failed with 1007.',
    wrong: 'Invalid UTF-8 is echoed or ignored: an endpoint that finds it MUST fail the connection.',
    steps: [send(frames)],
    outcomes: [right(fails(1007))],
  });
}

/** 6.4: an invalid text in three parts. Nothing is wrong in the first, the second settles it. */
function failFast(id: string, cuts: readonly [number, number], inOneFrame: boolean): Case {
  const parts = [
    P4.substring(0, cuts[0] * 2),
    P4.substring(cuts[0] * 2, cuts[1] * 2),
    P4.substring(cuts[1] * 2),
  ];
  const marks = ['open after the first part', 'open after the wrong octet'] as const;
  const frames = [
    textFrame(hex(parts[0]!), MORE),
    continuation(hex(parts[1]!), MORE),
    continuation(hex(parts[2]!)),
  ];
  const inFrames: Step[] = frames.flatMap((frame, nth): Step[] => {
    const mark = marks[nth];
    return [send([frame]), ...(mark === undefined ? [] : [{ do: 'pause', ms: 1000, mark } as const])];
  });
  const [first, second] = [fromHex(parts[0]!).length, fromHex(parts[1]!).length];
  const dripped: Step[] = [
    {
      do: 'drip',
      frame: textFrame(hex(P4), MORE),
      sizes: [first, second, fromHex(parts[2]!).length],
      ms: 1000,
      marks,
    },
    send([continuation('')]),
  ];
  const mark = (tag: string) => ({ type: 'mark', tag }) as const;
  return makeCase({
    id,
    section: '8.1',
    sentence: `Invalid UTF-8 is noticed when its first wrong octet comes, ${inOneFrame ? 'inside a frame' : 'not when the message ends'}.`,
    sent: `Text in three parts of ${inOneFrame ? 'one frame' : 'a frame each'}, a second apart: ${parts.join(', ')}.`,
    right: 'The connection is failed with 1007 after the second part.',
    tolerated: 'It is failed when the message is complete.',
    wrong: 'It is failed too early, or the text is echoed or ignored.',
    steps: inOneFrame ? dripped : inFrames,
    outcomes: [
      right(fails(1007), mark(marks[0])),
      tolerated(
        'The text was only found invalid when it was complete; 8.1 names no moment.',
        fails(1007),
        mark(marks[0]),
        mark(marks[1]),
      ),
    ],
    deadlineMs: 6000,
  });
}

/** Frames of one octet, and an empty last one. */
function octetByOctet(digits: string): FrameSpec[] {
  return fragmented(textFrame(''), digits, 1);
}

/** 145 cases. */
export const utf8Cases: readonly Case[] = [
  validText('6.1.1', 'An empty text message.', [textFrame('')], ''),
  validText(
    '6.1.2',
    'Three empty fragments.',
    [textFrame('', MORE), continuation('', MORE), continuation('')],
    '',
  ),
  validText(
    '6.1.3',
    'An empty fragment before and behind the text.',
    [textFrame('', MORE), continuation('middle frame payload', MORE), continuation('')],
    '6d6964646c65206672616d65207061796c6f6164',
  ),
  validText('6.2.1', 'Valid text in one frame.', [textFrame(hex(P1))], P1),
  validText(
    '6.2.2',
    'Valid text in two fragments, cut between characters.',
    [textFrame(hex(P1.substring(0, 30)), MORE), continuation(hex(P1.substring(30)))],
    P1,
  ),
  validText('6.2.3', 'Valid text in fragments of one octet.', octetByOctet(P1), P1),
  validText('6.2.4', 'Valid Greek text in fragments of one octet.', octetByOctet(P2), P2),
  invalidText('6.3.1', 'A surrogate inside text, in one frame.', [textFrame(hex(P3))], P3),
  invalidText('6.3.2', 'A surrogate inside text, in fragments of one octet.', octetByOctet(P3), P3),
  failFast('6.4.1', [11, 15], false),
  failFast('6.4.2', [12, 13], false),
  failFast('6.4.3', [11, 15], true),
  failFast('6.4.4', [12, 13], true),
  ...KUHN.flatMap(({ group, topic, texts }) =>
    texts.map(([digits, isValid], nth) => {
      const make = isValid ? validText : invalidText;
      const sentence = `${topic}: ${digits}, ${isValid ? 'which is valid' : 'which is not valid'}.`;
      return make(`6.${group}.${nth + 1}`, sentence, [textFrame(hex(digits))], digits);
    }),
  ),
];
