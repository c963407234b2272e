/**
 * Hexadecimal digits as text: dumps with offsets, blocks that name a direction, arrays of C, a bare
 * stream of digits, Base64.
 */

import { concat, parseBase64, parseHex } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { Conversation, type End } from '../protocol/conversation.js';
import { octetsOf, type Row, readOctets, readOffsetRow } from './dump-row.js';
import { InputError, Lines, type Reader } from './reader.js';

/** Digits without any structure that are kept; a larger input is a file of another kind. */
const MAX_BARE_BYTES = 64 * 1024 * 1024;

/** The words around the digits of an array of C, or of a string: `xxd -i` writes the first two. */
const NOT_DIGITS = /^[^=]*=\s*\{|^unsigned int \w+ = \d+;|[{}[\]();"']|\/\*.*?\*\/|\/\/.*$/g;

/** Without groups, which V8 follows on its stack. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A line that tells the direction of those behind it. */
interface Marker {
  readonly end: End;
  readonly timeMs: number | undefined;
  /** Octets in the block, where the line tells it. */
  readonly length: number | undefined;
  readonly tool: 'socat' | 'curl' | 'ngrep' | 'text2pcap';
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

export class DumpReader implements Reader {
  readonly #session: Session;
  readonly #lines: Lines;
  #conversation: Conversation | undefined;
  #marker: Marker | undefined;
  /** Octets of the block that have come. */
  #inBlock = 0;
  #row: { readonly row: Row; readonly end: End; starred: boolean } | undefined;
  #rowLength: number | undefined;
  #radix = 16;
  #bare: string[] = [];
  #bareLength = 0;
  #bareLine = 0;
  #ngrepPeers: string[] = [];
  /** Times of `socat` whose fraction cannot be nanoseconds. */
  #socatTimes: string[] = [];

  constructor(session: Session) {
    this.#session = session;
    this.#lines = new Lines(
      (line, number) => this.#take(line, number),
      () => this.#finish(),
    );
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
  }

  #take(line: string, number: number): void {
    if (/^\s*$|^Follow: |^Filter: |^Node \d: |^=+$|^== Info: |^#|^\/\//.test(line)) return;
    const marker = this.#readMarker(line, number);
    if (marker !== undefined) {
      this.#endRow(undefined);
      this.#marker = marker;
      this.#inBlock = 0;
      return;
    }
    if (this.#marker?.tool === 'socat' || this.#marker?.tool === 'ngrep') {
      this.#takeBlockRow(line);
      return;
    }
    if (/^\*\s*$/.test(line)) {
      if (this.#row !== undefined) this.#row.starred = true;
      return;
    }
    const row = this.#bare.length === 0 ? readOffsetRow(line, number) : undefined;
    if (row !== undefined && (this.#row !== undefined || this.#conversation !== undefined || isStart(row))) {
      // `follow,hex` of tshark begins the rows of one side with a tab, and counts each side's offsets.
      const end = this.#marker?.end ?? (line.startsWith('\t') ? 1 : 0);
      this.#endRow(this.#row?.end === end ? row : undefined);
      this.#row = row.octets.length === 0 ? undefined : { row, end, starred: false };
      return;
    }
    // Behind a marker, and among rows, other lines are the tool's own words.
    if (this.#marker !== undefined || this.#row !== undefined || this.#conversation !== undefined) return;
    this.#bare.push(line);
    this.#bareLength += line.length;
    if (this.#bareLine === 0) this.#bareLine = number;
    if (this.#bareLength > MAX_BARE_BYTES)
      throw new InputError('this is text of more than 64 MiB without the structure of a dump or a capture');
  }

  // --- Lines that name a direction ---

  #readMarker(line: string, number: number): Marker | undefined {
    const socat =
      /^([<>]) (\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)\.(\d+)\s+length=(\d+)(?: from=\d+ to=\d+)?/.exec(
        line,
      );
    if (socat !== null) {
      const [, sign, year, month, day, clock, fraction, length] = socat;
      this.#socatTimes.push(fraction!);
      // Nine digits of which the first three are zeros in every line are microseconds.
      const micro = fraction!.length === 9 && this.#socatTimes.every((digits) => digits.startsWith('000'));
      const seconds = micro ? Number(fraction) / 1e6 : Number(`0.${fraction}`);
      const timeMs = Date.parse(`${year}-${month}-${day}T${clock}`) + seconds * 1000;
      if (this.#socatTimes.length > 100) this.#socatTimes.splice(0, 50);
      return { end: sign === '>' ? 0 : 1, timeMs, length: Number(length), tool: 'socat' };
    }
    const curl = /^(?:[\d:.]+ )?(=>|<=) (?:Send|Recv) (?:data|header|SSL data), (\d+) bytes/.exec(line);
    if (curl !== null) {
      if (line.includes('SSL data')) return { end: 0, timeMs: undefined, length: 0, tool: 'curl' };
      return { end: curl[1] === '=>' ? 0 : 1, timeMs: undefined, length: Number(curl[2]), tool: 'curl' };
    }
    const ngrep = /^T (?:\d{4}\/\d\d\/\d\d [\d:.]+ )?(\S+:\d+) -> (\S+:\d+)/.exec(line);
    if (ngrep !== null) {
      const [, source, target] = ngrep;
      if (this.#ngrepPeers.length === 0) this.#ngrepPeers = [source!, target!];
      const end = source === this.#ngrepPeers[0] ? 0 : 1;
      return { end, timeMs: undefined, length: undefined, tool: 'ngrep', source, target };
    }
    if (/^[IO](?:\s|$)/.test(line)) {
      return { end: line.startsWith('O') ? 0 : 1, timeMs: undefined, length: undefined, tool: 'text2pcap' };
    }
    if (
      this.#marker?.tool === 'curl' &&
      /^[0-9a-f]{4}: /.test(line) &&
      !/^[0-9a-f]{4}: (?:[0-9a-f]{2}(?: |$)){1,16}/.test(line)
    ) {
      throw new InputError(
        `line ${number}: this is curl's --trace-ascii, which prints a dot for most octets: use \`--trace FILE\``,
      );
    }
    return undefined;
  }

  /** A row without an offset. */
  #takeBlockRow(line: string): void {
    const { length, tool } = this.#marker!;
    if (tool === 'ngrep') {
      // Eight octets, four spaces, eight octets; the text stands in a column of its own.
      const octets = readOctets(line.slice(2, 2 + 16 * 3 + 3).trimEnd());
      if (line.startsWith('  ')) this.#receive(Uint8Array.from(octets, ({ value }) => value));
      return;
    }
    if (line.startsWith('--')) return;
    const left = Math.max(0, Math.min(16, length! - this.#inBlock));
    const octets = octetsOf({ offset: undefined, octets: readOctets(line.trimStart()), colon: true }, left);
    // A row of socat ends behind the octet 0a; more of it is its text.
    const newline = octets.indexOf(0x0a);
    this.#receive(newline < 0 ? octets : octets.subarray(0, newline + 1));
  }

  // --- Rows with offsets ---

  /** The row before is complete, as the next one tells how long it is. */
  #endRow(next: Row | undefined): void {
    const held = this.#row;
    this.#row = undefined;
    if (held === undefined) return;
    const { row, end, starred } = held;
    const at = this.#offsetOf(row);
    let length: number | undefined = this.#rowLength;
    if (next !== undefined) {
      this.#chooseRadix(row, next);
      const distance = this.#offsetOf(next) - this.#offsetOf(row);
      if (distance > 0 && !starred) length = distance;
    }
    const left = this.#marker?.length === undefined ? undefined : this.#marker.length - this.#inBlock;
    if (left !== undefined && (length === undefined || left < length)) length = Math.min(left, 16);
    const octets = octetsOf(row, length);
    if (next !== undefined && next.octets.length > 0) this.#rowLength ??= octets.length;
    this.#receiveFrom(end, octets);
    if (next === undefined) return;
    const missing = this.#offsetOf(next) - at - octets.length;
    if (missing <= 0) return;
    if (starred) {
      for (let left = missing; left > 0; left -= octets.length)
        this.#receiveFrom(end, octets.subarray(0, Math.min(left, octets.length)));
    } else {
      this.#conversation?.gap(end, missing, undefined);
    }
  }

  #offsetOf({ offset }: Row): number {
    return Number.parseInt(offset!, this.#radix);
  }

  /** `od` writes offsets in octal, or with `-A d` in decimal digits. */
  #chooseRadix(row: Row, next: Row): void {
    if (this.#rowLength !== undefined) return;
    const { length } = octetsOf(row, undefined);
    const fits = [16, 8, 10].find(
      (radix) => Number.parseInt(next.offset!, radix) - Number.parseInt(row.offset!, radix) === length,
    );
    if (fits !== undefined) this.#radix = fits;
  }

  // --- Bytes ---

  #receive(octets: Uint8Array): void {
    this.#receiveFrom(this.#marker?.end ?? 0, octets);
  }

  #receiveFrom(end: End, octets: Uint8Array): void {
    this.#inBlock += octets.length;
    const [a, b] = this.#ngrepPeers;
    this.#conversation ??= new Conversation(this.#session, {
      opened: false,
      certain: true,
      ...(a === undefined ? {} : { peers: [a, b] as const }),
    });
    this.#conversation.receive(end, octets, this.#marker?.timeMs);
  }

  #finish(): void {
    this.#endRow(undefined);
    if (this.#bare.length > 0) this.#receiveFrom(0, this.#readBare());
    if (this.#conversation === undefined) this.#session.note('empty', 'the dump holds no octet');
    this.#conversation?.finish();
  }

  /** Digits without offsets: each line alone, as they may be pieces of an array, or Base64 as a whole. */
  #readBare(): Uint8Array {
    const lines = this.#bare.map((line) => line.replace(NOT_DIGITS, ' '));
    const parts = lines.map((line) => parseHex(line));
    const wrong = parts.indexOf(undefined);
    if (wrong < 0) return concat(parts as Uint8Array[]);
    const text = this.#bare.map((line) => line.trim()).join('');
    if (text.length % 4 === 0 && BASE64.test(text) && /[A-Z]/.test(text) && /[a-z]/.test(text))
      return parseBase64(text);
    const line = this.#bareLine + wrong;
    throw new InputError(
      `line ${line} is neither hexadecimal digits nor a row of a dump, and the whole is no Base64: ${JSON.stringify(this.#bare[wrong]!.slice(0, 60))}`,
    );
  }
}

/** Whether a dump begins with this row: otherwise it is digits in groups. */
function isStart({ offset, colon }: Row): boolean {
  return colon || /^0+$/.test(offset!);
}
