/** The format of an input, told by its first octets, never by its name. */

import { hexOf, latin1 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { Capture } from '../packets/capture.js';
import { PCAP_MAGICS, PcapngReader, PcapReader } from '../packets/pcap.js';
import { devtoolsArray, devtoolsLines } from './devtools.js';
import { DumpReader } from './dump.js';
import { followRaw, followYaml } from './follow.js';
import { har } from './har.js';
import { FlowReader } from './mitmproxy.js';
import { netlog } from './netlog.js';
import { raw } from './raw.js';
import { InputError, type Reader } from './reader.js';
import { recording } from './recording.js';
import { tsharkEk, tsharkFields, tsharkJson, tsharkPdml } from './tshark-packets.js';

/** Octets that are enough to tell. */
export const DETECT_BYTES = 4096;

/** Octets that tell text from others at least: frames have a control character, or no UTF-8, in them. */
const FIRST_BYTES = 16;

/** The format of an input and its reader. */
export interface Detected {
  /** In words. */
  readonly format: string;
  readonly reader: Reader;
  /** Of a capture: what its packets are put together in. */
  readonly capture?: Capture;
}

/** A format of text, and the beginning that tells it. */
const TEXTS: readonly {
  readonly format: string;
  readonly pattern: RegExp;
  readonly reader: (session: Session) => Detected['reader'];
}[] = [
  { format: 'recording', pattern: /^\{"(?:recording|connection)":/, reader: recording },
  {
    format: 'tshark -T ek',
    pattern: /^\{"(?:index|timestamp)":/,
    reader: (s) => tsharkEk(s, new Capture(s)),
  },
  {
    format: 'tshark -T json',
    pattern: /^\[\s*(?:\{\s*"_index"|\]|$)/,
    reader: (s) => tsharkJson(s, new Capture(s)),
  },
  { format: 'netlog', pattern: /^\{\s*"constants"\s*:/, reader: netlog },
  {
    format: 'DevTools events',
    pattern: /^\[\s*\{[^{}]*"method"\s*:\s*"[A-Z]\w+\.\w+"/,
    reader: devtoolsArray,
  },
  {
    format: 'DevTools events, a line each',
    pattern: /^(?:[^{\n]*\b(?:SEND|RECV)\b[^{\n]*)?\{[^{}]*"method"\s*:\s*"[A-Z]\w+\.\w+"/,
    reader: devtoolsLines,
  },
  { format: 'HAR', pattern: /^\{\s*"log"\s*:/, reader: har },
  {
    format: 'tshark -T pdml',
    pattern: /^<\?xml[\s\S]*<pdml|^<pdml/,
    reader: (s) => tsharkPdml(s, new Capture(s)),
  },
  {
    format: 'tshark -T fields',
    pattern: /^(?:frame|ip|ipv6|tcp|_ws|websocket|http|eth)\.[\w.]+(?:\t|\n|$)/,
    reader: (s) => tsharkFields(s, new Capture(s)),
  },
  { format: 'tshark follow, hex', pattern: /^=+\s+Follow: [a-z]+,hex/, reader: (s) => new DumpReader(s) },
  { format: 'tshark follow', pattern: /^=+\s+Follow: /, reader: followRaw },
  { format: 'tshark follow, yaml', pattern: /^(?:---\s+)?peers:\s/, reader: followYaml },
];

/** A flow of mitmproxy: a length, and a name within, with its own. */
const FLOW = /^\d{1,12}:\d{1,3}:[a-z_]+[,;]/;

/** Texts that are known, and not read. */
const REFUSED: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern: /^\d+\t[^\n]*\n|^\t[^\n]*\n/,
    why: `rows of tshark's fields without their names: a row may hold several frames, whose texts are joined by commas that are not escaped, end at U+0000, and show a newline as \\n. Use \`-T jsonraw --no-duplicate-keys\`, or the capture itself`,
  },
];

/**
 * Tells the format.
 *
 * @param start - the first octets of the input, {@link DETECT_BYTES} unless it is shorter
 * @throws InputError for an input that is known and not read
 */
export function detect(session: Session, start: Uint8Array): Detected {
  const magic = hexOf(start, 0, 4);
  const capture = new Capture(session);
  if (Object.hasOwn(PCAP_MAGICS, magic)) return captured('pcap', new PcapReader(capture), capture);
  if (magic === '0a0d0d0a') return captured('pcapng', new PcapngReader(capture), capture);
  // Contents of messages are bytes as they are.
  if (FLOW.test(latin1(start, 0, 64))) return { format: 'mitmproxy flows', reader: new FlowReader(session) };
  // tshark prints control characters of payloads as they are, behind a first line that tells it.
  if (!isText(start.subarray(0, FIRST_BYTES))) return { format: 'raw bytes', reader: raw(session) };
  const text = latin1(start)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  for (const { pattern, why } of REFUSED) if (pattern.test(text)) throw new InputError(why);
  for (const { format, pattern, reader } of TEXTS) {
    if (pattern.test(text)) return { format, reader: reader(session) };
  }
  if (!isText(start)) return { format: 'raw bytes', reader: raw(session) };
  if (/^[[{]|^<[?!a-z]/i.test(text) && !/^[[{]\s*(?:0x|[0-9a-f]{2}\b)/i.test(text)) {
    throw new InputError(
      'JSON or XML of an unknown kind: HAR, netlogs, recordings, events of the DevTools protocol, and tshark -T json, jsonraw, ek and pdml are read',
    );
  }
  // Heads of HTTP are bytes of a stream, though they look like text.
  if (/^(?:GET |HTTP\/1)/.test(text)) return { format: 'raw bytes', reader: raw(session) };
  return { format: 'hex dump', reader: new DumpReader(session) };
}

function captured(format: string, reader: PcapReader | PcapngReader, capture: Capture): Detected {
  const end = (): void => {
    reader.end();
    capture.end();
  };
  return { format, capture, reader: { push: (chunk) => reader.push(chunk), end } };
}

/** Whether octets are text: UTF-8, without control characters but tabs and ends of lines. */
function isText(bytes: Uint8Array): boolean {
  if (!bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))) return false;
  try {
    // A character may be cut at the end.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
