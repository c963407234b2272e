import fc from 'fast-check';

/**
 * Every code point but surrogates, as `unit` of `fc.string`. Fast-check's own of that kind,
 * `'binary'`, makes a table of a million entries: half a second in each process, and 85 MB that
 * every garbage collection walks.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat(0x10_ffff - 0x800)
  .map((nth) => String.fromCodePoint(nth < 0xd800 ? nth : nth + 0x800));
