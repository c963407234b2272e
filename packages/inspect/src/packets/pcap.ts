/**
 * The two formats of captures, in chunks of any size: pcap (draft-ietf-opsawg-pcap) and pcapng
 * (draft-ietf-opsawg-pcapng), in either byte order, with times in micro- or nanoseconds.
 *
 * Own code: the packages on npm read one of the formats, have not been kept for years, or hold the
 * whole file.
 */

import { hexOf } from '../model/bytes.js';
import { Feed } from './feed.js';

/** The receiver of packets. Bytes are lent for the call. */
export interface PacketReceiver {
  packet(linkType: number, bytes: Uint8Array, originalLength: number, timeMs: number | undefined): void;
  /** The file cannot be read any further, or not all of it. */
  damaged(message: string): void;
  /** A block with keys of TLS (pcapng, type 10). */
  secrets?(): void;
}

/** Longer packets and blocks are signs of a damaged file; tcpdump's limit is 256 KiB. */
const MAX_PACKET_BYTES = 16 * 1024 * 1024;

/** The first four bytes of a pcap file, and what they tell: byte order, units of a second. */
export const PCAP_MAGICS: Readonly<Record<string, { readonly little: boolean; readonly unit: number }>> = {
  d4c3b2a1: { little: true, unit: 1e6 },
  a1b2c3d4: { little: false, unit: 1e6 },
  '4d3cb2a1': { little: true, unit: 1e9 },
  a1b23c4d: { little: false, unit: 1e9 },
};

/** Reads pcap. */
export class PcapReader {
  readonly #feed = new Feed();
  readonly #receiver: PacketReceiver;
  #header: { readonly little: boolean; readonly unit: number; readonly linkType: number } | undefined;
  #broken = false;

  constructor(receiver: PacketReceiver) {
    this.#receiver = receiver;
  }

  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#feed.push(chunk);
    if (this.#header === undefined) {
      const bytes = this.#feed.take(24);
      if (bytes === undefined) return;
      const magic = PCAP_MAGICS[hexOf(bytes, 0, 4)]!;
      // The upper bits of the field are about checksums of frames.
      this.#header = { ...magic, linkType: viewOf(bytes).getUint32(20, magic.little) & 0xffff };
    }
    while (this.#readPacket(this.#header)) {}
  }

  end(): void {
    if (this.#broken) return;
    const { available, offset } = this.#feed;
    if (this.#header === undefined) this.#receiver.damaged('the file ends inside of its header');
    else if (available > 0) this.#receiver.damaged(`the file ends inside of the packet at byte ${offset}`);
  }

  #readPacket({ little, unit, linkType }: { little: boolean; unit: number; linkType: number }): boolean {
    const header = this.#feed.peek(16);
    if (header === undefined) return false;
    const view = viewOf(header);
    const length = view.getUint32(8, little);
    if (length > MAX_PACKET_BYTES) {
      this.#broken = true;
      const what = `the packet at byte ${this.#feed.offset} says that it has ${length} bytes`;
      this.#receiver.damaged(`${what}: nothing behind it can be read`);
      return false;
    }
    const record = this.#feed.take(16 + length);
    if (record === undefined) return false;
    const timeMs = view.getUint32(0, little) * 1000 + view.getUint32(4, little) / (unit / 1000);
    this.#receiver.packet(linkType, record.subarray(16), view.getUint32(12, little), timeMs);
    return true;
  }
}

/** An interface of pcapng, which its packets refer to. */
interface Interface {
  readonly linkType: number;
  /** Units of a second. */
  readonly unit: number;
  readonly offsetSeconds: number;
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const SECRETS = 10;

/** Reads pcapng. */
export class PcapngReader {
  readonly #feed = new Feed();
  readonly #receiver: PacketReceiver;
  #little = true;
  #interfaces: Interface[] = [];
  #broken = false;

  constructor(receiver: PacketReceiver) {
    this.#receiver = receiver;
  }

  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#feed.push(chunk);
    while (this.#readBlock()) {}
  }

  end(): void {
    const { available, offset } = this.#feed;
    if (!this.#broken && available > 0)
      this.#receiver.damaged(`the file ends inside of the block at byte ${offset}`);
  }

  #readBlock(): boolean {
    const start = this.#feed.peek(12);
    if (start === undefined) return false;
    let view = viewOf(start);
    // The type of a section header reads alike in both orders; its magic tells the order.
    if (view.getUint32(0) === SECTION) {
      this.#little = view.getUint32(8) !== 0x1a2b3c4d;
      this.#interfaces = [];
    }
    const type = view.getUint32(0, this.#little);
    const length = view.getUint32(4, this.#little);
    if (length < 12 || length % 4 !== 0 || length > MAX_PACKET_BYTES) {
      this.#broken = true;
      const what = `the block at byte ${this.#feed.offset} says that it has ${length} bytes`;
      this.#receiver.damaged(`${what}: nothing behind it can be read`);
      return false;
    }
    const block = this.#feed.take(length);
    if (block === undefined) return false;
    view = viewOf(block);
    if (type === INTERFACE && length >= 20) this.#interfaces.push(this.#readInterface(block, view));
    else if (type === ENHANCED_PACKET && length >= 32)
      this.#readPacket(block, view, view.getUint32(8, this.#little));
    else if (type === OLD_PACKET && length >= 32)
      this.#readPacket(block, view, view.getUint16(8, this.#little));
    else if (type === SIMPLE_PACKET && length >= 16) this.#readSimplePacket(block, view);
    else if (type === SECRETS) this.#receiver.secrets?.();
    return true;
  }

  #readInterface(block: Uint8Array, view: DataView): Interface {
    let unit = 1e6;
    let offsetSeconds = 0;
    const end = block.length - 4;
    for (let at = 16; at + 4 <= end; ) {
      const code = view.getUint16(at, this.#little);
      const length = view.getUint16(at + 2, this.#little);
      if (code === 0 || at + 4 + length > end) break;
      if (code === 9 && length === 1) {
        const resolution = block[at + 4]!;
        unit = resolution < 0x80 ? 10 ** resolution : 2 ** (resolution & 0x7f);
      }
      if (code === 14 && length === 8) offsetSeconds = Number(view.getBigInt64(at + 4, this.#little));
      at += 4 + length + ((4 - (length % 4)) % 4);
    }
    return { linkType: view.getUint16(8, this.#little), unit, offsetSeconds };
  }

  #readPacket(block: Uint8Array, view: DataView, index: number): void {
    const source = this.#interfaces[index];
    const captured = view.getUint32(20, this.#little);
    if (source === undefined || captured > block.length - 32) {
      this.#receiver.damaged(`a packet block before byte ${this.#feed.offset} is not well-formed`);
      return;
    }
    const high = view.getUint32(12, this.#little);
    const low = view.getUint32(16, this.#little);
    // Nanoseconds since 1970 are beyond 2^53: seconds are taken out first.
    const units = (BigInt(high) << 32n) | BigInt(low);
    const unit = BigInt(source.unit);
    const timeMs =
      (Number(units / unit) + source.offsetSeconds) * 1000 + Number(units % unit) / (source.unit / 1000);
    const original = view.getUint32(24, this.#little);
    this.#receiver.packet(source.linkType, block.subarray(28, 28 + captured), original, timeMs);
  }

  #readSimplePacket(block: Uint8Array, view: DataView): void {
    const original = view.getUint32(8, this.#little);
    const source = this.#interfaces[0];
    if (source === undefined) return;
    const captured = Math.min(original, block.length - 16);
    this.#receiver.packet(source.linkType, block.subarray(12, 12 + captured), original, undefined);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
