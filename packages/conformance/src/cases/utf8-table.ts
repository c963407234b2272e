/**
 * The texts of cases 6.5 to 6.23, after Markus Kuhn's "UTF-8 decoder capability and stress test".
 */

/** One group of them: digits, and whether they are UTF-8. */
export interface TextGroup {
  readonly group: number;
  readonly topic: string;
  readonly texts: readonly (readonly [digits: string, isValid: boolean])[];
}

const GREEK = 'cebae1bdb9cf83cebcceb5';

function range(from: number, to: number, behind = ''): string {
  let digits = '';
  for (let octet = from; octet <= to; octet++) digits += octet.toString(16).padStart(2, '0') + behind;
  return digits;
}

function valid(list: string): (readonly [string, boolean])[] {
  return list.split(' ').map((digits) => [digits, true]);
}

function invalid(list: string): (readonly [string, boolean])[] {
  return list.split(' ').map((digits) => [digits, false]);
}

/** 6.22: U+FFFE and U+FFFF, and the last two of each of the other planes. */
function nonCharacters(): string {
  const leads = [
    'f09f',
    'f0af',
    'f0bf',
    ...['f1', 'f2', 'f3'].flatMap((lead) => ['8f', '9f', 'af', 'bf'].map((octet) => lead + octet)),
    'f48f',
  ];
  return ['efbfbe', 'efbfbf', ...leads.flatMap((lead) => [`${lead}bfbe`, `${lead}bfbf`])].join(' ');
}

const MISSING_LAST = 'c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf';
const HIGH_SURROGATES = ['eda080', 'edadbf', 'edae80', 'edafbf'];

/** 132 texts in 19 groups. */
export const KUHN: readonly TextGroup[] = [
  {
    group: 5,
    topic: 'Some valid text',
    texts: valid(
      `${['24', 'c2a2', 'e282ac', 'f0a4ada2'].map((character) => `68656c6c6f${character}776f726c64`).join(' ')} ${GREEK}`,
    ),
  },
  {
    group: 6,
    topic: 'The beginning of a valid text',
    texts: Array.from({ length: 11 }, (_, nth) => [
      GREEK.substring(0, (nth + 1) * 2),
      [2, 5, 7, 9, 11].includes(nth + 1),
    ]),
  },
  { group: 7, topic: 'The first character of each length', texts: valid('00 c280 e0a080 f0908080') },
  { group: 8, topic: 'The first form of five and six octets', texts: invalid('f888808080 fc8480808080') },
  { group: 9, topic: 'The last character of each length', texts: valid('7f dfbf efbfbf f48fbfbf') },
  {
    group: 10,
    topic: 'The last form of four, five and six octets',
    texts: invalid('f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf'),
  },
  {
    group: 11,
    topic: 'Another boundary',
    texts: [...valid('ed9fbf ee8080 efbfbd f48fbfbf'), ...invalid('f4908080')],
  },
  {
    group: 12,
    topic: 'Stray continuation octets',
    texts: invalid(`80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf ${range(0x80, 0xbe)}`),
  },
  {
    group: 13,
    topic: 'Lead octets, each with a space behind it',
    texts: invalid(
      [
        range(0xc0, 0xde, '20'),
        range(0xe0, 0xee, '20'),
        range(0xf0, 0xf6, '20'),
        range(0xf8, 0xfa, '20'),
        range(0xfc, 0xfc, '20'),
      ].join(' '),
    ),
  },
  { group: 14, topic: 'The last continuation octet is missing', texts: invalid(MISSING_LAST) },
  {
    group: 15,
    topic: 'All sequences without their last octet in a row',
    texts: invalid(MISSING_LAST.replaceAll(' ', '')),
  },
  { group: 16, topic: 'Octets that never occur', texts: invalid('fe ff fefeffff') },
  { group: 17, topic: 'An overlong slash', texts: invalid('c0af e080af f08080af f8808080af fc80808080af') },
  {
    group: 18,
    topic: 'The largest overlong form',
    texts: invalid('c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf'),
  },
  { group: 19, topic: 'An overlong NUL', texts: invalid('c080 e08080 f0808080 f880808080 fc8080808080') },
  {
    group: 20,
    topic: 'A single surrogate',
    texts: invalid('eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf'),
  },
  {
    group: 21,
    topic: 'A pair of surrogates',
    texts: invalid(HIGH_SURROGATES.flatMap((high) => [`${high}edb080`, `${high}edbfbf`]).join(' ')),
  },
  { group: 22, topic: 'A non-character', texts: valid(nonCharacters()) },
  {
    group: 23,
    topic: 'A special character',
    texts: valid('efbfb9 efbfba efbfbb efbfbc efbfbd efbfbe efbfbf'),
  },
];
