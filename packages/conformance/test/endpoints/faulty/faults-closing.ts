/** Faults about Close frames and the ends of transports (RFC 6455 5.5.1, 7). */
import type { Fault } from './fault.js';
import { frameOf } from './frames.js';

const CLOSE = 8;

/** All of them. */
export const CLOSINGS: readonly Fault[] = [
  {
    name: 'does not close',
    sentence: 'Answers no Close frame, and does not end the transport.',
    neverEnds: true,
    says: () => (frame) => (frame.opcode === CLOSE ? [] : [frame]),
  },
  {
    name: 'leaves the end to the client',
    sentence: 'Does not end the transport after both Close frames.',
    neverEnds: true,
  },
  {
    name: 'closes with 1005',
    sentence: 'Sends 1005 in its Close frame, which may not be sent (7.4.1).',
    says: () => (frame) => [frame.opcode === CLOSE ? frameOf(CLOSE, Buffer.of(0x03, 0xed)) : frame],
  },
  {
    name: 'sends back every Close frame',
    sentence: 'Answers a Close frame with its own body, whatever that is.',
    both: () => {
      let body: Uint8Array | undefined;
      return {
        hears: (frame) => {
          if (frame.opcode !== CLOSE) return [frame];
          body = frame.payload;
          return [frameOf(CLOSE, Buffer.of(0x03, 0xe8))];
        },
        says: (frame) => [frame.opcode === CLOSE && body !== undefined ? frameOf(CLOSE, body) : frame],
      };
    },
  },
  {
    name: 'goes on behind its Close frame',
    sentence: 'Sends a text behind its own Close frame (5.5.1).',
    says: () => (frame) => (frame.opcode === CLOSE ? [frame, frameOf(1, 'late')] : [frame]),
  },
  {
    name: 'says something first',
    sentence: 'Sends a text that nobody sent to it, as soon as the connection is open.',
    saysFirst: [frameOf(1, 'Hello?')],
  },
  {
    name: 'says something last',
    sentence: 'Sends a text that nobody sent to it when the other side of the transport has ended.',
    saysLast: [frameOf(1, 'Hello?')],
  },
];
