/**
 * Compressed messages: the suite's side of permessage-deflate, the texts that it compresses, and
 * bombs.
 */
import { constants, deflateRawSync } from 'node:zlib';
import type { CorpusName } from '../model/case.js';
import { concat, expandPayload, type Payload, toHex } from '../model/payload.js';

// ---- The corpus ----
// The source of groups 12 and 13: generated, the same in every run, and as compressible as the old
// suite's texts. Three times 64 Ki units long, so that messages of a power of two come round again
// after a few.

const UNITS = 3 * 65536;

/** A ring of text or octets, cut into messages one behind another. */
export class Corpus {
  readonly name: string;
  /** Two rounds, so that each slice stands in one piece. */
  readonly #twice: Uint8Array;
  /**
   * Where the nth unit begins, for text with characters of several octets; undefined if units are
   * octets.
   */
  readonly #starts: Uint32Array | undefined;
  readonly #octets: number;

  /** @param units - `UNITS` characters, or as many octets */
  constructor(name: string, units: string | Uint8Array) {
    this.name = name;
    const once = typeof units === 'string' ? new TextEncoder().encode(units) : units;
    this.#octets = once.length;
    this.#twice = concat([once, once]);
    if (typeof units === 'string' && once.length !== UNITS) this.#starts = characterStarts(once);
  }

  /** At which unit the nth message of a size begins. */
  offsetOf(nth: number, size: number): number {
    return (nth * size) % UNITS;
  }

  /** The nth message: a view. */
  slice(nth: number, size: number): Uint8Array {
    const from = this.offsetOf(nth, size);
    return this.#twice.subarray(this.#at(from), this.#at(from + size));
  }

  /** The octets that were sent before the nth message, at most so many of the last. */
  before(nth: number, size: number, most: number): Uint8Array {
    const from = this.#at(this.offsetOf(nth, size)) + this.#octets;
    const sent = nth * size >= UNITS ? most : this.#at(nth * size);
    return this.#twice.subarray(from - Math.min(most, sent), from);
  }

  #at(unit: number): number {
    if (this.#starts === undefined) return unit;
    return unit < UNITS ? this.#starts[unit]! : this.#octets + this.#starts[unit - UNITS]!;
  }
}

function characterStarts(text: Uint8Array): Uint32Array {
  const starts = new Uint32Array(UNITS + 1);
  let unit = 0;
  for (let at = 0; at < text.length; at++) if ((text[at]! & 0xc0) !== 0x80) starts[unit++] = at;
  starts[UNITS] = text.length;
  return starts;
}

/** A pattern as a corpus: every message is the same. */
function patternCorpus(digits: string): Corpus {
  return new Corpus(`pattern ${digits}`, expandPayload({ repeat: digits, bytes: UNITS }));
}

const made = new Map<string, Corpus>();

/**
 * Gives a corpus, which is made when it is first asked for.
 *
 * @param from - a name, or a pattern of hexadecimal digits
 */
export function corpusOf(from: CorpusName | { readonly repeat: string }): Corpus {
  const key = typeof from === 'string' ? from : from.repeat;
  let corpus = made.get(key);
  if (corpus === undefined) {
    corpus = typeof from === 'string' ? new Corpus(from, GENERATORS[from]()) : patternCorpus(from.repeat);
    made.set(key, corpus);
  }
  return corpus;
}

const GENERATORS: Readonly<Record<CorpusName, () => string | Uint8Array>> = {
  json: () =>
    records((random, nth) => {
      const verdict = random(9) === 0 ? 'FAILED' : 'OK';
      return `    "case ${nth}": {\n      "behavior": "${verdict}",\n      "behaviorClose": "OK",\n      "duration": ${random(90)},\n      "remoteCloseCode": 1000,\n      "reportfile": "agent_case_${nth}.json"\n    },\n`;
    }),
  html: () =>
    records((random, nth) => {
      const mark = ['\u2713', '\u2717', '\u00b7'][random(3)]!;
      return `<tr class="row"><td><a href="#case-${nth}">Case ${nth}</a></td><td class="pass">${mark} Pass</td><td class="close">${1000 + random(12)}</td></tr>\n`;
    }),
  prose: () => {
    const random = randomFrom(3);
    let text = '\ufeff';
    while (text.length < UNITS)
      text += `${WORDS[Math.min(random(WORDS.length), random(WORDS.length))]}${random(12) === 0 ? ',\n' : ' '}`;
    return new TextEncoder().encode(text).subarray(0, UNITS);
  },
  bitmap: () => {
    const random = randomFrom(5);
    const pixels = new Uint8Array(UNITS);
    for (let at = 0; at < UNITS; at++) pixels[at] = 128 + 90 * Math.sin(at / 5000) + random(64) - 32;
    return pixels;
  },
  mixed: () => {
    const random = randomFrom(7);
    const octets = new Uint8Array(UNITS);
    for (let at = 0; at < UNITS; at++) octets[at] = at % 4096 < 3000 ? random(256) : 32 + (at % 17);
    return octets;
  },
};

const WORDS =
  'und die der das ich ist nicht ein es zu in mir sich so er mit was den auf wie wenn du sie doch nur noch nun hier Geist Welt Herz Macht Natur Leben Seele Licht Nacht Erde Himmel Kraft Wort Sinn Tat fühlt höher süße Träume möchte für weiß groß schön Blick Feuer Wasser Luft Kreis Zeit Raum'.split(
    ' ',
  );

/** Lines until there are enough characters. */
function records(line: (random: (below: number) => number, nth: number) => string): string {
  const random = randomFrom(1);
  let text = '';
  for (let nth = 1; text.length < UNITS; nth++) text += line(random, nth);
  return text.substring(0, UNITS);
}

/**
 * A linear congruential generator (the constants are those of Numerical Recipes): the same numbers
 * in every run.
 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

// ---- Compression ----
// The suite's side of permessage-deflate. A message's octets depend on nothing but the message and
// the window before it, and messages of a corpus come round again: compressed octets are kept, for
// a while.

/** The agreement for the suite's direction. */
export interface CompressOptions {
  readonly windowBits: number;
  readonly takeover: boolean;
}

const KEPT_BYTES = 64 * 1024 * 1024;
const kept = new Map<string, Uint8Array>();
let keptBytes = 0;

/**
 * Compresses one message.
 *
 * @param message - its octets
 * @param window - the octets sent before it, at most 32 KiB; empty without takeover
 * @param windowBits - the agreed window, 8 to 15
 * @returns the payload, without the four octets that RFC 7692 7.2.1 takes away
 */
function compress(message: Uint8Array, window: Uint8Array, windowBits: number): Uint8Array {
  const whole = deflateRawSync(message, {
    // zlib makes 9 of 8. Without matches no window is needed.
    windowBits: Math.max(windowBits, 9),
    ...(windowBits < 9 ? { strategy: constants.Z_HUFFMAN_ONLY } : {}),
    ...(window.length > 0 && windowBits >= 9 ? { dictionary: window } : {}),
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return whole.subarray(0, whole.length - 4);
}

/**
 * Compresses the nth message of an exchange.
 *
 * @param corpus - the source of the messages
 * @param nth - which message
 * @param size - of each, in the corpus's units
 * @param options - the agreement
 */
export function compressSlice(
  corpus: Corpus,
  nth: number,
  size: number,
  options: CompressOptions,
): Uint8Array {
  const before = options.takeover ? corpus.before(nth, size, 1 << options.windowBits) : new Uint8Array(0);
  const key = `${corpus.name} ${corpus.offsetOf(nth, size)} ${size} ${options.windowBits} ${before.length}`;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const payload = compress(corpus.slice(nth, size), before, options.windowBits);
  if (keptBytes + payload.length > KEPT_BYTES) {
    kept.clear();
    keptBytes = 0;
  }
  kept.set(key, payload);
  keptBytes += payload.length;
  return payload;
}

// ---- Bombs ----
// Compressed messages of a thousandth of their inflated size, as data: the same 13 octets over and
// over.

/**
 * RFC 1951 3.2.6: a match of 258 octets at distance 1 takes 8 bits and 5, so that eight of them
 * take 13 octets.
 */
const MATCH_BYTES = 258;
const CYCLE_MATCHES = 8;
const CYCLE_OCTETS = 13;

/** A bomb: the octets sent, and the inflated ones. */
export interface Bomb {
  readonly compressed: Payload;
  readonly message: Payload;
}

/**
 * Makes one: a fixed block with one letter and many matches, then the header of an empty block (RFC
 * 7692 7.2.1).
 *
 * @param leastBytes - the message is at least so long, and at most 2 KiB longer
 */
export function bombOf(leastBytes: number): Bomb {
  const cycles = Math.ceil((leastBytes - 1) / (MATCH_BYTES * CYCLE_MATCHES));
  const one = stream(CYCLE_MATCHES);
  const cycle = stream(2 * CYCLE_MATCHES).subarray(2, 2 + CYCLE_OCTETS);
  return {
    compressed: {
      parts: [
        { hex: toHex(one.subarray(0, 2)) },
        { repeat: toHex(cycle), bytes: CYCLE_OCTETS * (cycles - 1) },
        { hex: toHex(one.subarray(2)) },
      ],
    },
    message: { repeat: '61', bytes: 1 + cycles * MATCH_BYTES * CYCLE_MATCHES },
  };
}

/**
 * The whole stream of a letter and some matches. Huffman codes go in with their first bit first,
 * everything else with its lowest.
 */
function stream(matches: number): Uint8Array {
  const match = '11000101' + '00000';
  const letter = (0x30 + 0x61).toString(2);
  const bits = `010${letter}${match.repeat(matches)}0000000000`;
  const octets = new Uint8Array(Math.ceil(bits.length / 8));
  for (let at = 0; at < bits.length; at++) if (bits[at] === '1') octets[at >> 3]! |= 1 << (at & 7);
  return octets;
}
