/** Captures that tests write: TCP connections as pcap or pcapng, with any link type and order. */
import { join } from './events.js';

export interface PacketOptions {
  readonly linkType?: number;
  readonly ipv6?: boolean;
  readonly snap?: number;
  readonly vlan?: boolean;
}

const ACK = 0x10;
const SYN = 2;
const FIN = 1;

/** One packet, and the time at which it was seen. */
export interface Packet {
  readonly bytes: Uint8Array;
  readonly original: number;
  readonly linkType: number;
}

/** A connection whose packets may be dropped, doubled and put in another order. */
export class FakeTcp {
  readonly packets: Packet[] = [];
  readonly #options: PacketOptions;
  readonly #seq: [number, number] = [0xffff_ff00, 5000];
  readonly #ports: readonly [number, number];

  constructor(options: PacketOptions = {}, port = 40_000) {
    this.#options = options;
    this.#ports = [port, 80];
  }

  open(): this {
    this.#send(0, new Uint8Array(0), SYN);
    this.#send(1, new Uint8Array(0), SYN | ACK);
    return this;
  }

  client(...payloads: readonly Uint8Array[]): this {
    for (const payload of payloads) this.#send(0, payload, ACK);
    return this;
  }

  server(...payloads: readonly Uint8Array[]): this {
    for (const payload of payloads) this.#send(1, payload, ACK);
    return this;
  }

  /** The first SYN has data with it (RFC 7413). */
  openFast(payload: Uint8Array): this {
    this.#send(0, payload, SYN);
    this.#send(1, new Uint8Array(0), SYN | ACK);
    return this;
  }

  close(): this {
    this.#send(0, new Uint8Array(0), FIN | ACK);
    this.#send(1, new Uint8Array(0), FIN | ACK);
    return this;
  }

  #send(end: 0 | 1, payload: Uint8Array, flags: number): void {
    const { ipv6 = false, linkType = 1, snap = 262_144, vlan = false } = this.#options;
    const tcp = Buffer.alloc(20);
    tcp.writeUInt16BE(this.#ports[end], 0);
    tcp.writeUInt16BE(this.#ports[1 - end]!, 2);
    tcp.writeUInt32BE(this.#seq[end], 4);
    tcp.writeUInt32BE(this.#seq[1 - end]!, 8);
    tcp[12] = 0x50;
    tcp[13] = flags;
    this.#seq[end] = (this.#seq[end] + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    const ip = ipv6 ? ipv6Header(end, payload.length + 20) : ipv4Header(end, payload.length + 20);
    const whole = join(linkHeader(linkType, ipv6, vlan), ip, tcp, payload);
    this.packets.push({ bytes: whole.subarray(0, snap), original: whole.length, linkType });
  }
}

function ipv4Header(end: 0 | 1, length: number): Uint8Array {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + length, 2);
  header[9] = 6;
  header.set([127, 0, 0, 1 + end], 12);
  header.set([127, 0, 0, 2 - end], 16);
  return header;
}

function ipv6Header(end: 0 | 1, length: number): Uint8Array {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(length, 4);
  header[6] = 6;
  header[23] = 1 + end;
  header[39] = 2 - end;
  return header;
}

function linkHeader(linkType: number, ipv6: boolean, vlan: boolean): Uint8Array {
  const type = ipv6 ? [0x86, 0xdd] : [8, 0];
  if (linkType === 1)
    return Uint8Array.of(...new Array(12).fill(0), ...(vlan ? [0x81, 0, 0, 7] : []), ...type);
  const [tag, tagged] = vlan
    ? [
        [0x81, 0],
        [0, 7, ...type],
      ]
    : [type, []];
  if (linkType === 113) return Uint8Array.of(...new Array(14).fill(0), ...tag, ...tagged);
  if (linkType === 276) return Uint8Array.of(...tag, ...new Array(18).fill(0), ...tagged);
  if (linkType === 0 || linkType === 108) return Uint8Array.of(0, 0, 0, 2);
  return new Uint8Array(0);
}

export interface PcapOptions {
  readonly little?: boolean;
  readonly nano?: boolean;
}

/** A pcap file; a packet a millisecond from the second 1,700,000,000 on. */
export function pcap(
  packets: readonly Packet[],
  { little = true, nano = false }: PcapOptions = {},
): Uint8Array {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, nano ? 0xa1b23c4d : 0xa1b2c3d4, little);
  header.setUint16(4, 2, little);
  header.setUint16(6, 4, little);
  header.setUint32(16, 262_144, little);
  header.setUint32(20, packets[0]?.linkType ?? 1, little);
  const records = packets.flatMap(({ bytes, original }, index) => {
    const record = new DataView(new ArrayBuffer(16));
    record.setUint32(0, 1_700_000_000 + Math.floor(index / 1000), little);
    record.setUint32(4, (index % 1000) * (nano ? 1e6 : 1e3), little);
    record.setUint32(8, bytes.length, little);
    record.setUint32(12, original, little);
    return [new Uint8Array(record.buffer), bytes];
  });
  return join(new Uint8Array(header.buffer), ...records);
}

/** A pcapng file with an interface for each link type, in nanoseconds. */
export function pcapng(packets: readonly Packet[], little = true): Uint8Array {
  const linkTypes = [...new Set(packets.map(({ linkType }) => linkType))];
  const section = block(
    0x0a0d0d0a,
    little,
    (view) => {
      view.setUint32(0, 0x1a2b3c4d, little);
      view.setUint16(4, 1, little);
      view.setBigInt64(8, -1n, little);
    },
    16,
  );
  const interfaces = linkTypes.map((linkType) =>
    block(
      1,
      little,
      (view) => {
        view.setUint16(0, linkType, little);
        view.setUint32(4, 262_144, little);
        view.setUint16(8, 9, little); // if_tsresol
        view.setUint16(10, 1, little);
        view.setUint8(12, 9);
      },
      20,
    ),
  );
  const enhanced = packets.map(({ bytes, original, linkType }, index) =>
    block(
      6,
      little,
      (view) => {
        const time = 1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n;
        view.setUint32(0, linkTypes.indexOf(linkType), little);
        view.setUint32(4, Number(time >> 32n), little);
        view.setUint32(8, Number(time & 0xffff_ffffn), little);
        view.setUint32(12, bytes.length, little);
        view.setUint32(16, original, little);
        new Uint8Array(view.buffer, view.byteOffset).set(bytes, 20);
      },
      20 + Math.ceil(bytes.length / 4) * 4,
    ),
  );
  return join(section, ...interfaces, ...enhanced);
}

function block(type: number, little: boolean, fill: (body: DataView) => void, length: number): Uint8Array {
  const bytes = new Uint8Array(12 + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, bytes.length, little);
  view.setUint32(bytes.length - 4, bytes.length, little);
  fill(new DataView(bytes.buffer, 8, length));
  return bytes;
}
