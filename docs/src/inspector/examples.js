/** Bytes to begin with: names, and digits as they are pasted. */
export const EXAMPLES = [
  ['A masked “Hello” (RFC 6455 5.7)', '81 85 37 fa 21 3d 7f 9f 4d 51 58'],
  ['Fragments around a Ping (5.4)', '01 03 48 65 6c  89 00  80 02 6c 6f'],
  [
    '“Hello” twice, compressed with takeover (RFC 7692 7.2.3)',
    'c1 07 f2 48 cd c9 c9 07 00  c1 05 f2 00 11 00 00',
  ],
  ['A reserved opcode (5.2)', '83 00'],
  ['A length that is not minimal (5.2)', '82 7e 00 05 48 65 6c 6c 6f'],
  ['A Ping in fragments (5.5)', '09 02 68 69'],
  ['A Close with a code that is never sent (7.4.1)', '88 02 03 ed'],
  ['A text that is not UTF-8 (8.1)', '81 03 61 c3 28'],
];
