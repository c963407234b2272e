/** Packets of a capture, down to their TCP segments: link layer, IPv4 and IPv6, TCP (RFC 9293 3.1). */

import { latin1 } from '../model/bytes.js';

/** A segment of TCP. Its bytes are lent for the call. */
export interface Segment {
  /** Both ends, the sender first; and the other way round. */
  readonly key: string;
  readonly reverseKey: string;
  /** Addresses and ports, the sender's first. */
  peers(): readonly [string, string];
  readonly seq: number;
  readonly ack: number | undefined;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly payload: Uint8Array;
  /** Bytes of the payload that the capture has cut off. */
  readonly cut: number;
  readonly timeMs: number | undefined;
}

/** A packet that holds no TCP, and why; `'other'` for one that is none of our concern. */
export type NoSegment = 'other' | 'fragment' | 'cut' | 'link';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;

/** Link types whose payload is IP at a fixed place, and the place. */
const IP_AT: Readonly<Record<number, number>> = {
  0: 4, // BSD loopback
  12: 0, // raw IP, some systems
  14: 0,
  101: 0, // raw IP
  108: 4, // OpenBSD loopback
  228: 0, // IPv4
  229: 0, // IPv6
};

/** Link types with an EtherType, and its place; the network layer follows at the second one. */
const TYPE_AT: Readonly<Record<number, readonly [type: number, network: number]>> = {
  1: [12, 14], // Ethernet
  113: [14, 16], // Linux cooked
  276: [0, 20], // Linux cooked, version 2
};

/** VLAN tags (IEEE 802.1Q, 802.1ad). */
const TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** Extension headers of IPv6 that have their length in their second byte (RFC 8200 4). */
const EXTENSIONS: readonly number[] = [0, 43, 60];

/**
 * Reads one packet.
 *
 * @param linkType - the number in the capture's header, as tcpdump.org lists them
 * @param packet - as far as it was captured
 * @param originalLength - on the wire
 */
export function readSegment(
  linkType: number,
  packet: Uint8Array,
  timeMs: number | undefined,
): Segment | NoSegment {
  const network = networkOf(linkType, packet);
  if (typeof network === 'string') return network;
  const version = packet[network]! >> 4;
  if (version === 4) return readIpv4(packet, network, timeMs);
  if (version === 6) return readIpv6(packet, network, timeMs);
  return 'other';
}

/** The index of the network layer. */
function networkOf(linkType: number, packet: Uint8Array): number | NoSegment {
  const fixed = IP_AT[linkType];
  if (fixed !== undefined) return fixed < packet.length ? fixed : 'cut';
  const place = TYPE_AT[linkType];
  if (place === undefined) return 'link';
  let [at, network] = place;
  if (network > packet.length) return 'cut';
  while (TAGS.includes(uint16(packet, at)) && network + 4 <= packet.length) {
    at = network + 2;
    network += 4;
  }
  const type = uint16(packet, at);
  return type === IPV4 || type === IPV6 ? network : 'other';
}

function readIpv4(packet: Uint8Array, at: number, timeMs: number | undefined): Segment | NoSegment {
  if (packet.length < at + 20) return 'cut';
  if (packet[at + 9] !== TCP) return 'other';
  if ((uint16(packet, at + 6) & 0x3fff) !== 0) return 'fragment';
  const header = (packet[at]! & 0x0f) * 4;
  // A length of 0 is a packet that the network card has still to cut.
  const total = uint16(packet, at + 2) || packet.length - at;
  return readTcp(packet, at + header, at + total, at + 12, 4, timeMs);
}

function readIpv6(packet: Uint8Array, at: number, timeMs: number | undefined): Segment | NoSegment {
  if (packet.length < at + 40) return 'cut';
  let next = packet[at + 6]!;
  let transport = at + 40;
  const length = uint16(packet, at + 4);
  const end = length === 0 ? packet.length : at + 40 + length;
  while (EXTENSIONS.includes(next)) {
    if (packet.length < transport + 8) return 'cut';
    next = packet[transport]!;
    transport += 8 * (packet[transport + 1]! + 1);
  }
  if (next === 44) return 'fragment';
  return next === TCP ? readTcp(packet, transport, end, at + 8, 16, timeMs) : 'other';
}

function readTcp(
  packet: Uint8Array,
  at: number,
  end: number,
  addresses: number,
  size: number,
  timeMs: number | undefined,
): Segment | NoSegment {
  if (packet.length < at + 20) return 'cut';
  const start = at + (packet[at + 12]! >> 4) * 4;
  const flags = packet[at + 13]!;
  const source = latin1(packet, addresses, addresses + size) + latin1(packet, at, at + 2);
  const target = latin1(packet, addresses + size, addresses + 2 * size) + latin1(packet, at + 2, at + 4);
  return {
    key: source + target,
    reverseKey: target + source,
    peers: () => [peerOf(source), peerOf(target)],
    seq: uint32(packet, at + 4),
    ack: (flags & 0x10) !== 0 ? uint32(packet, at + 8) : undefined,
    syn: (flags & 2) !== 0,
    fin: (flags & 1) !== 0,
    rst: (flags & 4) !== 0,
    // Ethernet fills short packets up: behind the end that IP tells there is nothing of TCP.
    payload: packet.subarray(Math.min(start, packet.length), Math.min(end, packet.length)),
    cut: Math.max(0, end - Math.max(start, packet.length)),
    timeMs,
  };
}

/** Address and port in words. */
function peerOf(bytes: string): string {
  const codes = Array.from(bytes, (character) => character.charCodeAt(0));
  const port = codes.at(-2)! * 256 + codes.at(-1)!;
  const address = codes.slice(0, -2);
  if (address.length === 4) return `${address.join('.')}:${port}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    (address[2 * index]! * 256 + address[2 * index + 1]!).toString(16),
  ).join(':');
  // The longest run of zeros is written as :: (RFC 5952 4.2).
  const runs = groups.match(/(?:^|:)0(?::0)+(?::|$)/g) ?? [];
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  return `[${longest === undefined ? groups : groups.replace(longest, '::')}]:${port}`;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
