/** Messages that become blocks of every kind: stored, with fixed codes, with codes of their own, several of them. */
export const texts = [
  'short',
  'la '.repeat(100),
  JSON.stringify(Array.from({ length: 400 }, (_, i) => ({ id: i, name: `user ${i % 7}` }))),
  JSON.stringify(Array.from({ length: 40_000 }, (_, i) => (i * 7919) % 100_003)),
  'la '.repeat(100),
  'the same \u20ac once more, '.repeat(50),
];
