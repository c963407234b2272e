/**
 * Packets as tshark prints them: `-T json`, `jsonraw`, `ek` and `pdml`. Its own idea of WebSocket is
 * not used, as texts in it are cut and joined; the segments of TCP in it are put together here.
 */

import { parseHex } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import type { Capture } from '../packets/capture.js';
import type { Segment } from '../packets/packet.js';
import { type Json, JsonElements, memberOf, textOf } from './json.js';
import { InputError, Lines, type Reader } from './reader.js';

/** The value of a field by its name in Wireshark's display filters. */
type Fields = (layer: string, field: string) => string | undefined;

/** The numbers of link types in Wireshark (`frame.encap_type`), and in captures. */
const LINK_TYPES: Readonly<Record<string, number>> = { 1: 1, 7: 101, 15: 0, 25: 113, 210: 276 };

const ADVICE = 'run tshark without -J, -j and -P, or give the capture itself';

/** Segments out of fields, and the words about packets that lack them. */
class PacketFields {
  readonly #session: Session;
  readonly #capture: Capture;
  #withoutPayload = 0;

  constructor(session: Session, capture: Capture) {
    this.#session = session;
    this.#capture = capture;
  }

  add(fields: Fields): void {
    const timeMs = timeOf(fields('frame', 'frame.time_epoch'));
    const [source, target] = ['src', 'dst'].map(
      (name) => fields('ip', `ip.${name}`) ?? fields('ipv6', `ipv6.${name}`),
    );
    const [from, to] = ['srcport', 'dstport'].map((name) => fields('tcp', `tcp.${name}`));
    const flags = Number(fields('tcp', 'tcp.flags') ?? 0);
    const seq = fields('tcp', 'tcp.seq_raw') ?? fields('tcp', 'tcp.seq');
    const ack = fields('tcp', 'tcp.ack_raw') ?? fields('tcp', 'tcp.ack');
    if (from === undefined || to === undefined || seq === undefined) {
      this.#capture.other();
      return;
    }
    const length = Number(fields('tcp', 'tcp.len') ?? 0);
    const payload = parseHex(fields('tcp', 'tcp.payload') ?? '') ?? new Uint8Array(0);
    if (length > 0 && payload.length === 0) this.#withoutPayload++;
    const names = [`${source}:${from}`, `${target}:${to}`] as const;
    const segment: Segment = {
      key: names.join(' '),
      reverseKey: `${names[1]} ${names[0]}`,
      peers: () => names,
      seq: Number(seq) >>> 0,
      ack: (flags & 0x10) !== 0 && ack !== undefined ? Number(ack) >>> 0 : undefined,
      syn: (flags & 2) !== 0,
      fin: (flags & 1) !== 0,
      rst: (flags & 4) !== 0,
      payload,
      cut: Math.max(0, length - payload.length),
      timeMs,
    };
    this.#capture.segment(segment);
  }

  end(whole: boolean): void {
    if (!whole) this.#session.note('damaged', "tshark's output ends before its end");
    if (this.#withoutPayload > 0 && this.#session.connections === 0) {
      throw new InputError(`${this.#withoutPayload} packets have no field tcp.payload: ${ADVICE}`);
    }
    this.#capture.end();
  }
}

/** `-T json` and `-T jsonraw`: one array. */
export function tsharkJson(session: Session, capture: Capture): Reader {
  const packets = new PacketFields(session, capture);
  return new JsonElements(
    [],
    (packet) => addJson(packets, capture, memberOf(memberOf(packet, '_source'), 'layers')),
    (whole) => packets.end(whole),
  );
}

function addJson(packets: PacketFields, capture: Capture, layers: Json | undefined): void {
  const raw = memberOf(layers, 'frame_raw');
  const frame = memberOf(layers, 'frame');
  const bytes = Array.isArray(raw) && typeof raw[0] === 'string' ? parseHex(raw[0]) : undefined;
  const link = LINK_TYPES[textOf(frame, 'frame.encap_type') ?? '1'];
  // The whole packet is better than its fields, and `jsonraw` has no fields.
  if (bytes !== undefined && link !== undefined) {
    const original = Number(textOf(frame, 'frame.len') ?? bytes.length);
    capture.packet(link, bytes, original, timeOf(textOf(frame, 'frame.time_epoch')));
    return;
  }
  packets.add((layer, field) => textOf(lastOf(memberOf(layers, layer)), field));
}

/** `-T ek`: an index line and an object line for each packet. */
export function tsharkEk(session: Session, capture: Capture): Reader {
  const packets = new PacketFields(session, capture);
  return new Lines(
    (line, number) => {
      if (line.trim() === '') return;
      const layers = memberOf(parseLine(line, number), 'layers');
      if (layers === undefined) return;
      packets.add((layer, field) => {
        const member = lastOf(memberOf(layers, layer));
        return textOf(member, `${layer}_${field.replaceAll('.', '_')}`);
      });
    },
    () => packets.end(true),
  );
}

/** `-T pdml`: a field an element. Its `show` is for people, `value` has the bytes. */
export function tsharkPdml(session: Session, capture: Capture): Reader {
  const packets = new PacketFields(session, capture);
  let fields = new Map<string, string>();
  let whole = false;
  return new Lines(
    (line) => {
      const [, name, attributes] = /<field name="((?:frame|ip|ipv6|tcp)\.[^"]*)"(.*)/.exec(line) ?? [];
      if (name !== undefined) {
        const kind = name === 'tcp.payload' ? 'value' : 'show';
        const value = new RegExp(` ${kind}="([^"]*)"`).exec(attributes!)?.[1];
        if (value !== undefined) fields.set(name, value);
      } else if (line.includes('</packet>')) {
        const packet = fields;
        fields = new Map();
        packets.add((_, field) => packet.get(field));
      } else if (line.includes('</pdml>')) {
        whole = true;
      }
    },
    () => packets.end(whole),
  );
}

/** `-T fields` with a header line (`-E header=y`) that names all that is needed. */
export function tsharkFields(session: Session, capture: Capture): Reader {
  const packets = new PacketFields(session, capture);
  let names: string[] | undefined;
  return new Lines(
    (line) => {
      if (names === undefined) {
        names = line.split('\t');
        requireFields(names);
        return;
      }
      const values = line.split('\t');
      packets.add((_, field) => {
        const value = values[names!.indexOf(field)];
        // Bytes of several values of one field are joined by commas; numbers of the last one count.
        return value === undefined || value === '' ? undefined : value.split(',').at(-1);
      });
    },
    () => packets.end(true),
  );
}

/** The command that gives all that is needed as fields. */
const FIELDS_COMMAND =
  'tshark -r FILE -T fields -E header=y -e frame.time_epoch -e ip.src -e ip.dst -e ipv6.src -e ipv6.dst -e tcp.srcport -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw -e tcp.flags -e tcp.len -e tcp.payload';

const NEEDED: readonly string[] = ['tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.len', 'tcp.payload'];

function requireFields(names: readonly string[]): void {
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  const why =
    'a row may hold several frames, whose texts are joined by commas that are not escaped, end at U+0000, and show a newline as the two characters \\n';
  throw new InputError(
    `fields of tshark are read by their header line and need ${missing.join(', ')} too: ${why}. This works: ${FIELDS_COMMAND}; or \`-T jsonraw --no-duplicate-keys\`, or the capture itself`,
  );
}

function lastOf(value: Json | undefined): Json | undefined {
  return Array.isArray(value) ? value.at(-1) : value;
}

function parseLine(line: string, number: number): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    throw new InputError(`line ${number} is no JSON`);
  }
}

/** Seconds since 1970 as tshark prints them: a number, or with `ek` of some versions a date. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  const timeMs = Number.isNaN(seconds) ? Date.parse(text) : seconds * 1000;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
