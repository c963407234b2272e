/** A capture: packets to segments to streams, and the words about what was not WebSocket. */

import type { Session } from '../model/session.js';
import { type NoSegment, readSegment, type Segment } from './packet.js';
import type { PacketReceiver } from './pcap.js';
import { TcpStreams } from './tcp.js';

export class Capture implements PacketReceiver {
  readonly #session: Session;
  readonly #streams: TcpStreams;
  readonly #skipped: Record<NoSegment, number> = { other: 0, fragment: 0, cut: 0, link: 0 };
  #unknownLink: number | undefined;
  #cut = 0;
  /** Whether the capture holds keys of TLS. */
  hasSecrets = false;

  constructor(session: Session) {
    this.#session = session;
    this.#streams = new TcpStreams(session);
  }

  packet(linkType: number, bytes: Uint8Array, originalLength: number, timeMs: number | undefined): void {
    this.#session.packets++;
    if (originalLength > bytes.length) this.#cut++;
    const segment = readSegment(linkType, bytes, timeMs);
    if (typeof segment === 'string') {
      this.#skipped[segment]++;
      if (segment === 'link') this.#unknownLink = linkType;
      return;
    }
    this.#streams.add(segment);
  }

  /** A packet whose segment an input tells as such. */
  segment(segment: Segment): void {
    this.#session.packets++;
    this.#streams.add(segment);
  }

  /** A packet without TCP. */
  other(): void {
    this.#session.packets++;
    this.#skipped.other++;
  }

  damaged(message: string): void {
    this.#session.note('damaged', message);
  }

  secrets(): void {
    this.hasSecrets = true;
  }

  /** Streams that are TLS, which this cannot read. */
  get encrypted(): number {
    return this.#streams.encrypted;
  }

  end(): void {
    this.#streams.finish();
    const { packets, streams, connections } = this.#session;
    const { fragment, link } = this.#skipped;
    if (this.#cut > 0) {
      const many = `${this.#cut} of ${packets} packets are cut by the capture (snaplen)`;
      this.#session.note('cut-packets', `${many}: their ends are missing here`);
    }
    if (link > 0)
      this.#session.note(
        'unknown-link',
        `${link} packets have the link type ${this.#unknownLink}, which is not read`,
      );
    if (fragment > 0)
      this.#session.note(
        'unknown-link',
        `${fragment} packets are fragments of IP, which are not put together`,
      );
    if (packets === 0) {
      const cause = 'tcpdump that is stopped soon after the traffic loses it without --immediate-mode';
      this.#session.note('empty', `the capture has a header and no packet: ${cause}`);
    } else if (connections === 0 && this.encrypted === 0) {
      const { http2 } = this.#streams;
      const within = http2 === 0 ? '' : `, ${http2} of them HTTP/2`;
      const other = `${packets} packets, ${streams} TCP streams with data or a SYN${within}`;
      this.#session.note('no-websocket', `no WebSocket traffic in the capture: ${other}`);
    }
  }
}
