/**
 * DEFLATE, read strictly: every distance is held against the agreed window, and every message has
 * to end where a block ends. First the Huffman codes of its blocks, then the inflater.
 */

// ---- Huffman codes ----
// Huffman codes of DEFLATE (RFC 1951 3.2.2). Short codes are found in a table that the next bits
// index, the few long ones bit by bit: building a table for 15 bits took longer than reading the
// block.

/** Codes up to this many bits are in the table. */
const TABLE_BITS = 10;
const MAX_CODE_BITS = 15;

/** A code, ready to decode with. */
export interface HuffmanCode {
  /** By the next `TABLE_BITS` bits: `symbol << 4 | bits`; 0 for a longer code or none. */
  readonly table: Uint16Array;
  /** How many codes there are of each length. */
  readonly counts: Uint16Array;
  /** All symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/**
 * Builds a code.
 *
 * @param lengths - bits of each symbol's code, 0 for a symbol without one
 * @returns the code; undefined if the lengths make none: too many codes of a length, or some
 * missing where there is more than one
 */
export function huffmanCode(lengths: Uint8Array): HuffmanCode | undefined {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  for (const length of lengths) counts[length]!++;
  const codes = lengths.length - counts[0]!;
  counts[0] = 0;
  let left = 1;
  const next = new Uint16Array(MAX_CODE_BITS + 2);
  const place = new Uint16Array(MAX_CODE_BITS + 2);
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) return undefined;
    next[length + 1] = (next[length]! + counts[length]!) << 1;
    place[length + 1] = place[length]! + counts[length]!;
  }
  if (left > 0 && codes > 1) return undefined;
  const table = new Uint16Array(1 << TABLE_BITS);
  const symbols = new Uint16Array(codes);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    symbols[place[length]!++] = symbol;
    const code = next[length]!++;
    if (length > TABLE_BITS) continue;
    const entry = (symbol << 4) | length;
    for (let at = reverse(code, length); at < table.length; at += 1 << length) table[at] = entry;
  }
  return { table, counts, symbols };
}

/**
 * Finds a code that is not in the table.
 *
 * @param bits - the next bits, the first one lowest
 * @returns an entry as in the table; 0 if there is no such code
 */
function longCode({ counts, symbols }: HuffmanCode, bits: number): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    code |= (bits >> (length - 1)) & 1;
    const count = counts[length]!;
    if (code - first < count) return (symbols[index + code - first]! << 4) | length;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
}

/** Codes are packed with their first bit lowest (RFC 1951 3.1.1). */
function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
  return reversed;
}

const fixedLengths = new Uint8Array(288);
fixedLengths.fill(8, 0, 144);
fixedLengths.fill(9, 144, 256);
fixedLengths.fill(7, 256, 280);
fixedLengths.fill(8, 280, 288);

/** RFC 1951 3.2.6: the code of literals and lengths. */
const FIXED_LITERALS: HuffmanCode = huffmanCode(fixedLengths)!;
/** RFC 1951 3.2.6: the code of distances, of which the last two never occur. */
const FIXED_DISTANCES: HuffmanCode = huffmanCode(new Uint8Array(32).fill(5))!;

// ---- The inflater ----

/** RFC 1951 3.2.5, by symbol - 257 and by symbol: the least value, and the bits that are added. */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
/** RFC 1951 3.2.7. */
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A fault, and the octet of the payload where it shows. */
export interface InflateFault {
  readonly code:
    | 'DEFLATE_INVALID'
    | 'DEFLATE_CUT'
    | 'DEFLATE_WINDOW'
    | 'DEFLATE_TAKEOVER'
    | 'MESSAGE_BEYOND_SUITE';
  readonly at: number;
}

/** Thrown within this file only, so that the reading of a block is not half error handling. */
class Wrong extends Error {
  readonly code: InflateFault['code'];
  constructor(code: InflateFault['code']) {
    super(code);
    this.code = code;
  }
}

/**
 * Inflates the messages of one direction, in order.
 *
 * RFC 7692 7.2.2, RFC 1951.
 */
export class Inflater {
  readonly #window: number;
  readonly #takeover: boolean;
  readonly #most: number;
  /** The window of earlier messages, then this one's output. */
  #out: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16);
  #start = 0;
  #end = 0;
  /**
   * Octets that could be referred to if the context were kept; tells a wrong distance from one
   * behind a reset.
   */
  #forgotten = 0;
  #input: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #at = 0;
  #bits = 0;
  #bitCount = 0;
  /** Whether a message that ended here would end inside a block. */
  #endsInBlock = true;

  /**
   * @param windowBits - the agreed window of this direction, 8 to 15
   * @param takeover - whether messages may refer to earlier ones
   * @param most - octets that a message may become
   */
  constructor(windowBits: number, takeover: boolean, most: number = Infinity) {
    this.#most = most;
    this.#window = 1 << windowBits;
    this.#takeover = takeover;
  }

  /**
   * Inflates one message.
   *
   * @param payload - of all its frames
   * @returns the message, a view that is good until the next call, or the fault
   */
  inflate(payload: Uint8Array): Uint8Array | InflateFault {
    this.#begin(payload);
    // 7.2.3.6 has an empty message as one octet. None at all is no block, but there is nothing to
    // misread either.
    if (payload.length === 0) return this.#out.subarray(this.#start, this.#end);
    this.#endsInBlock = true;
    try {
      while (!this.#isAtEnd(payload.length)) this.#block(payload.length);
      if (this.#endsInBlock) this.#endsTooSoon();
      if (this.#end - this.#start > this.#most) throw new Wrong('MESSAGE_BEYOND_SUITE');
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      const at = Math.min(Math.max(this.#at - (this.#bitCount >> 3) - 1, 0), payload.length);
      return { code: this.#at > this.#input.length ? 'DEFLATE_CUT' : error.code, at };
    }
    return this.#out.subarray(this.#start, this.#end);
  }

  /** The last message as far as it was right, a view that is good until the next call. */
  get inflatedSoFar(): Uint8Array {
    return this.#out.subarray(this.#start, this.#end);
  }

  #begin(payload: Uint8Array): void {
    const kept = this.#takeover ? Math.min(this.#end, 1 << 15) : 0;
    this.#forgotten = this.#takeover ? 0 : this.#end;
    this.#out.copyWithin(0, this.#end - kept, this.#end);
    this.#start = kept;
    this.#end = kept;
    // 7.2.2: the four octets that the sender took away.
    this.#input = new Uint8Array(payload.length + 4);
    this.#input.set(payload);
    this.#input.set([0, 0, 0xff, 0xff], payload.length);
    this.#at = 0;
    this.#bits = 0;
    this.#bitCount = 0;
  }

  /** Whether the whole input was read, and nothing but padding is left. */
  #isAtEnd(length: number): boolean {
    const at = this.#at - (this.#bitCount >> 3);
    // A stream that ended with the payload is all there is, though 7.2.3.4 has an empty block
    // follow it.
    return at >= this.#input.length || (at === length && !this.#endsInBlock);
  }

  #block(length: number): void {
    const isFinal = this.#take(1) === 1;
    const type = this.#take(2);
    this.#endsInBlock = true;
    if (type === 0) this.#stored(length);
    else if (type === 1) this.#compressed(FIXED_LITERALS, FIXED_DISTANCES);
    else if (type === 2) this.#compressed(...this.#codes());
    else throw new Wrong('DEFLATE_INVALID');
    // 7.2.3.4: a stream that ends fills its octet, and another may begin behind it.
    if (isFinal) {
      this.#align();
      this.#endsInBlock = false;
    }
  }

  #stored(payloadLength: number): void {
    this.#align();
    const length = this.#take(16);
    const complement = this.#take(16);
    if (length !== (~complement & 0xffff)) throw new Wrong('DEFLATE_INVALID');
    const from = this.#at - (this.#bitCount >> 3);
    if (from + length > this.#input.length) {
      this.#at = this.#input.length + 1;
      throw new Wrong('DEFLATE_CUT');
    }
    this.#grow(this.#end, length);
    this.#out.set(this.#input.subarray(from, from + length), this.#end);
    this.#end += length;
    this.#at = from + length;
    this.#bits = 0;
    this.#bitCount = 0;
    // The octets that were appended have to be the length of an empty block, and not something
    // else's data.
    if (from === payloadLength + 4) this.#endsInBlock = false;
  }

  /** The state is in locals while a block is read: that takes half the time. */
  #compressed(literals: HuffmanCode, distances: HuffmanCode): void {
    const input = this.#input;
    const [literalTable, distanceTable] = [literals.table, distances.table];
    const mask = (1 << TABLE_BITS) - 1;
    let bits = this.#bits;
    let count = this.#bitCount;
    let at = this.#at;
    let out = this.#out;
    let end = this.#end;
    const store = (): void => {
      this.#bits = bits;
      this.#bitCount = count;
      this.#at = at;
      this.#end = end;
    };
    for (;;) {
      // 15 bits of a code and 5 that are added. A right message has the 32 that were appended
      // behind its last code.
      while (count < 20) {
        if (at === input.length) this.#cut(store);
        bits |= input[at++]! << count;
        count += 8;
      }
      let entry = literalTable[bits & mask]!;
      if (entry === 0) entry = longCode(literals, bits);
      bits >>>= entry & 15;
      count -= entry & 15;
      const symbol = entry >> 4;
      if (symbol < 256) {
        if (entry === 0) this.#wrong(store);
        if (end === out.length) out = this.#grow(end, 1);
        out[end++] = symbol;
        continue;
      }
      if (symbol === 256) break;
      if (symbol > 285) this.#wrong(store);
      const lengthBits = LENGTH_BITS[symbol - 257]!;
      const length = LENGTH_BASE[symbol - 257]! + (bits & ((1 << lengthBits) - 1));
      bits >>>= lengthBits;
      count -= lengthBits;
      while (count < 15) {
        if (at === input.length) this.#cut(store);
        bits |= input[at++]! << count;
        count += 8;
      }
      entry = distanceTable[bits & mask]!;
      if (entry === 0) entry = longCode(distances, bits);
      bits >>>= entry & 15;
      count -= entry & 15;
      const distanceSymbol = entry >> 4;
      if (entry === 0 || distanceSymbol > 29) this.#wrong(store);
      const distanceBits = DISTANCE_BITS[distanceSymbol]!;
      while (count < distanceBits) {
        if (at === input.length) this.#cut(store);
        bits |= input[at++]! << count;
        count += 8;
      }
      const distance = DISTANCE_BASE[distanceSymbol]! + (bits & ((1 << distanceBits) - 1));
      bits >>>= distanceBits;
      count -= distanceBits;
      if (distance > end || distance > this.#window) {
        store();
        this.#checkDistance(distance);
      }
      if (end + length > out.length) out = this.#grow(end, length);
      if (distance >= length && length > 24) out.copyWithin(end, end - distance, end - distance + length);
      else for (let to = end; to < end + length; to++) out[to] = out[to - distance]!;
      end += length;
    }
    store();
    this.#giveBack();
  }

  /** Octets that were read ahead are not read after all. */
  #giveBack(): void {
    this.#at -= this.#bitCount >> 3;
    this.#bitCount &= 7;
    this.#bits &= (1 << this.#bitCount) - 1;
  }

  #wrong(store: () => void): never {
    store();
    this.#giveBack();
    throw new Wrong('DEFLATE_INVALID');
  }

  #cut(store: () => void): never {
    store();
    this.#endsTooSoon();
  }

  #checkDistance(distance: number): never {
    this.#giveBack();
    if (distance <= this.#end) throw new Wrong('DEFLATE_WINDOW');
    throw new Wrong(distance <= this.#end + this.#forgotten ? 'DEFLATE_TAKEOVER' : 'DEFLATE_INVALID');
  }

  /** RFC 1951 3.2.7: the codes of a dynamic block. */
  #codes(): [HuffmanCode, HuffmanCode] {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const codeLengths = this.#take(4) + 4;
    if (literals > 286 || distances > 30) throw new Wrong('DEFLATE_INVALID');
    const lengths = new Uint8Array(19);
    for (let nth = 0; nth < codeLengths; nth++) lengths[CODE_LENGTH_ORDER[nth]!] = this.#take(3);
    const code = this.#codeOf(lengths);
    const all = new Uint8Array(literals + distances);
    for (let at = 0; at < all.length; ) {
      const symbol = this.#decode(code);
      if (symbol < 16) {
        all[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) throw new Wrong('DEFLATE_INVALID');
      const value = symbol === 16 ? all[at - 1]! : 0;
      const times =
        symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (at + times > all.length) throw new Wrong('DEFLATE_INVALID');
      all.fill(value, at, at + times);
      at += times;
    }
    if (all[256] === 0) throw new Wrong('DEFLATE_INVALID');
    return [this.#codeOf(all.subarray(0, literals)), this.#codeOf(all.subarray(literals))];
  }

  #codeOf(lengths: Uint8Array): HuffmanCode {
    const code = huffmanCode(lengths);
    if (code === undefined) throw new Wrong('DEFLATE_INVALID');
    return code;
  }

  #decode(code: HuffmanCode): number {
    while (this.#bitCount < 15 && this.#at < this.#input.length) this.#fill();
    const entry = code.table[this.#bits & ((1 << TABLE_BITS) - 1)]! || longCode(code, this.#bits);
    const length = entry & 15;
    if (length === 0) throw new Wrong('DEFLATE_INVALID');
    if (length > this.#bitCount) this.#endsTooSoon();
    this.#bits >>>= length;
    this.#bitCount -= length;
    return entry >> 4;
  }

  #take(count: number): number {
    while (this.#bitCount < count) {
      if (this.#at >= this.#input.length) this.#endsTooSoon();
      this.#fill();
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  #fill(): void {
    this.#bits |= this.#input[this.#at++]! << this.#bitCount;
    this.#bitCount += 8;
  }

  #endsTooSoon(): never {
    this.#at = this.#input.length + 1;
    throw new Wrong('DEFLATE_CUT');
  }

  #align(): void {
    this.#bits >>>= this.#bitCount & 7;
    this.#bitCount &= ~7;
  }

  /**
   * A thousandth of a message may be all that came of it, so that its length is looked at while it
   * grows.
   */
  #grow(end: number, more: number): Uint8Array<ArrayBuffer> {
    if (end + more - this.#start > this.#most) throw new Wrong('MESSAGE_BEYOND_SUITE');
    if (end + more > this.#out.length) {
      const larger = new Uint8Array(
        Math.max(Math.min(this.#out.length * 2, this.#start + this.#most), end + more),
      );
      larger.set(this.#out.subarray(0, end));
      this.#out = larger;
    }
    return this.#out;
  }
}
