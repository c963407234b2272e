/**
 * Text is UTF-8: group 6, of which 6.5 to 6.23 follow Markus Kuhn's decoder test, and `utf8.*`, by
 * Unicode's table 3-7, row by row, and cut at every octet (5.6, 8.1).
 */
import type { Case, FrameSpec, Step } from '../model/case.js';
import { fromHex, octets } from '../model/payload.js';
import {
  binaryEvent,
  binaryFrame,
  continuation,
  fails,
  fragmented,
  hex,
  MORE,
  makeCase,
  NORMAL,
  noted,
  right,
  send,
  textEvent,
  textFrame,
  tolerated,
} from './build.js';
import { KUHN } from './utf8-table.js';

// ---- Group 6 ----

const P1 = '48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121';
const P2 = 'cebae1bdb9cf83cebcceb5';
const P3 = `${P2}eda080656469746564`;
const P4 = `${P2}f4908080656469746564`;

/** A text that has to come back. */
function validText(id: string, sentence: string, frames: readonly FrameSpec[], digits: string): Case {
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
function invalidText(id: string, sentence: string, frames: readonly FrameSpec[], digits: string): Case {
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

// ---- `utf8.*` ----

/** A row of table 3-7: the least and the most of each octet. */
const ROWS: readonly (readonly [name: string, ...octets: (readonly [least: number, most: number])[]])[] = [
  ['c2-df', [0xc2, 0xdf], [0x80, 0xbf]],
  ['e0', [0xe0, 0xe0], [0xa0, 0xbf], [0x80, 0xbf]],
  ['e1-ec', [0xe1, 0xec], [0x80, 0xbf], [0x80, 0xbf]],
  ['ed', [0xed, 0xed], [0x80, 0x9f], [0x80, 0xbf]],
  ['ee-ef', [0xee, 0xef], [0x80, 0xbf], [0x80, 0xbf]],
  ['f0', [0xf0, 0xf0], [0x90, 0xbf], [0x80, 0xbf], [0x80, 0xbf]],
  ['f1-f3', [0xf1, 0xf3], [0x80, 0xbf], [0x80, 0xbf], [0x80, 0xbf]],
  ['f4', [0xf4, 0xf4], [0x80, 0x8f], [0x80, 0xbf], [0x80, 0xbf]],
];

function digitsOf(octets: readonly number[]): string {
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

/**
 * The corners of a row: valid at its least and its most, invalid one below and one above each octet
 * but the first.
 */
function rowCases([name, ...octets]: (typeof ROWS)[number]): Case[] {
  const least = octets.map(([from]) => from);
  const most = octets.map(([, to]) => to);
  const invalid = octets.flatMap(([from, to], nth) => {
    if (nth === 0) return [];
    const below = least.map((octet, at) => (at === nth ? from - 1 : octet));
    const above = most.map((octet, at) => (at === nth ? to + 1 : octet));
    return [
      [`octet-${nth + 1}-below`, digitsOf(below)],
      [`octet-${nth + 1}-above`, digitsOf(above)],
    ] as const;
  });
  const about = `The row ${name.toUpperCase()} of Unicode's table 3-7`;
  return [
    ...[
      ['least', digitsOf(least)],
      ['most', digitsOf(most)],
    ].map(([end, digits]) =>
      validText(
        `utf8.row-${name}-${end}`,
        `${about}: its ${end}, ${digits}.`,
        [textFrame(hex(digits!))],
        digits!,
      ),
    ),
    ...invalid.map(([which, digits]) =>
      invalidText(
        `utf8.row-${name}-${which}`,
        `${about}: ${digits}, out of its range.`,
        [textFrame(hex(digits))],
        digits,
      ),
    ),
    invalidText(
      `utf8.row-${name}-cut`,
      `${about}, without its last octet.`,
      [textFrame(hex(digitsOf(least.slice(0, -1))))],
      digitsOf(least.slice(0, -1)),
    ),
  ];
}

/**
 * RFC 3629 6 lets a protocol forbid the mark as a signature, so that it is text; RFC 6455 does not.
 */
function orWithoutMark(test: Case, digits: string): Case {
  const because =
    'The byte-order mark was taken for a signature and did not come back; RFC 3629 6 leaves this open.';
  const stripped = noted(because, NORMAL, textEvent(hex(digits)));
  return { ...test, tolerated: 'The mark does not come back.', outcomes: [...test.outcomes, stripped] };
}

/** Octets that begin no character. */
const NEVER = ['80', 'bf', 'c0', 'c1', 'f5', 'f8', 'fb', 'fc', 'fd', 'fe', 'ff'];

/** A character of each length: `$`, `¢`, `€`, `😀`. */
const MIXED = '24c2a2e282acf09f9880';
/** The same with a surrogate in the middle. */
const WRONG = '24c2a2eda080f09f9880';

function splits(digits: string): [string, string, number][] {
  return Array.from({ length: digits.length / 2 - 1 }, (_, nth) => {
    const at = (nth + 1) * 2;
    return [digits.substring(0, at), digits.substring(at), nth + 1];
  });
}

function twoFragments(before: string, behind: string): FrameSpec[] {
  return [textFrame(hex(before), MORE), continuation(hex(behind))];
}

/** All cases about UTF-8. */
export const utf8NamedCases: readonly Case[] = [
  ...ROWS.flatMap(rowCases),
  ...NEVER.map((digits) =>
    invalidText(
      `utf8.never-${digits}`,
      `The octet ${digits} between letters, where no character begins with it.`,
      [textFrame(hex(`61${digits}62`))],
      `61${digits}62`,
    ),
  ),
  ...splits(MIXED).map(([before, behind, at]) =>
    validText(
      `utf8.split-${at}`,
      `Characters of one to four octets in two fragments, cut at octet ${at}.`,
      twoFragments(before, behind),
      MIXED,
    ),
  ),
  ...splits(WRONG).map(([before, behind, at]) =>
    invalidText(
      `utf8.split-wrong-${at}`,
      `A surrogate in two fragments, cut at octet ${at}.`,
      twoFragments(before, behind),
      WRONG,
    ),
  ),
  ...[1, 2, 3].map((size) =>
    makeCase({
      ...validText(
        `utf8.writes-of-${size}`,
        `Characters of one to four octets, ${octets(size)} a write.`,
        [textFrame(hex(MIXED))],
        MIXED,
      ),
      steps: [send([textFrame(hex(MIXED))], size)],
    }),
  ),
  orWithoutMark(
    validText(
      'utf8.bom',
      'A byte-order mark at the beginning is part of the text.',
      [textFrame(hex('efbbbf61'))],
      'efbbbf61',
    ),
    '61',
  ),
  orWithoutMark(
    validText('utf8.bom-only', 'A byte-order mark alone is a text.', [textFrame(hex('efbbbf'))], 'efbbbf'),
    '',
  ),
  validText(
    'utf8.bom-later',
    'A byte-order mark in the second fragment.',
    twoFragments('61', 'efbbbf62'),
    '61efbbbf62',
  ),
  validText('utf8.nul', 'A NUL between letters.', [textFrame(hex('610062'))], '610062'),
  validText(
    'utf8.controls',
    'Line ends and other control characters are not changed.',
    [textFrame(hex('0d0a0a0d0009'))],
    '0d0a0a0d0009',
  ),
  validText(
    'utf8.decomposed',
    'Combining characters are not composed.',
    [textFrame(hex('65cc81c3a9'))],
    '65cc81c3a9',
  ),
  validText(
    'utf8.escapes',
    'What looks like an escape is text.',
    [textFrame('\\ud800 %80 &#xD800;')],
    Array.from('\\ud800 %80 &#xD800;', (character) => character.charCodeAt(0).toString(16)).join(''),
  ),
  invalidText(
    'utf8.ends-inside-fragments',
    'A text whose last fragment ends inside a character.',
    twoFragments('6162', 'e282'),
    '6162e282',
  ),
  invalidText(
    'utf8.ends-inside-empty',
    'A character that is cut, then an empty last fragment.',
    [textFrame(hex('e282'), MORE), continuation('')],
    'e282',
  ),
  invalidText(
    'utf8.wrong-in-third',
    'Two right fragments and a wrong one.',
    [textFrame('ab', MORE), continuation('cd', MORE), continuation(hex('ff'))],
    '61626364ff',
  ),
  makeCase({
    id: 'utf8.next-message',
    section: '5.6',
    sentence: 'A character is not continued by the next message.',
    sent: 'Two texts, each with a character of three octets.',
    right: 'Both texts are echoed.',
    wrong: 'A text does not come back as it was.',
    steps: [send([textFrame(hex('e282ac')), textFrame(hex('e282ac'))], 1)],
    outcomes: [right(NORMAL, textEvent(hex('e282ac')), textEvent(hex('e282ac')))],
  }),
  makeCase({
    id: 'utf8.binary-is-free',
    section: '5.6',
    sentence: 'A binary message may have octets that are not UTF-8.',
    sent: 'A binary message of all octets that never occur in UTF-8, in two fragments.',
    right: 'The message is echoed.',
    wrong: 'The message does not come back as it was.',
    steps: [send([binaryFrame(hex('c0c1f5ff80'), MORE), continuation(hex('edbfbf'))])],
    outcomes: [right(NORMAL, binaryEvent(hex('c0c1f5ff80edbfbf')))],
  }),
  invalidText(
    'utf8.long-wrong-last',
    'A text of 64 KiB whose last octet is wrong.',
    [textFrame({ parts: [{ repeat: '61', bytes: 65535 }, hex('ff')] })],
    '61...ff',
  ),
  invalidText(
    'utf8.long-wrong-first',
    'A text of 64 KiB whose first octet is wrong.',
    [textFrame({ parts: [hex('ff'), { repeat: '61', bytes: 65535 }] })],
    'ff61...',
  ),
];
