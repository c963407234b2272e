/** Faults in what an endpoint sends: echoes, Pongs, frames, compression. */
import { constants, deflateRawSync } from 'node:zlib';
import type { Fault, Message } from './fault.js';
import { type Frame, frameOf } from './frames.js';

const RSV1 = 4;

/** A fault that changes the payload of each message before it is sent, not compressed. */
function changes(name: string, sentence: string, change: (payload: Buffer) => Uint8Array): Fault {
  return {
    name,
    sentence,
    echoes:
      () =>
      ({ opcode, payload }) => [frameOf(opcode, change(payload))],
  };
}

/** RFC 7692 7.2.1. */
function compressed(payload: Uint8Array, window: Uint8Array): Buffer {
  const whole = deflateRawSync(payload, {
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(window.length > 0 ? { dictionary: window } : {}),
  });
  return whole.subarray(0, -4);
}

/** A fault in compressed echoes; of what is not agreed to be compressed, in plain ones. */
function compresses(
  name: string,
  sentence: string,
  frames: (payload: Buffer, opcode: number, sent: Uint8Array) => readonly Frame[],
): Fault {
  return {
    name,
    sentence,
    echoes: () => {
      let sent: Buffer = Buffer.alloc(0);
      return ({ opcode, payload }: Message) => {
        const said = frames(payload, opcode, sent);
        sent = Buffer.concat([sent, payload]).subarray(-32768);
        return said;
      };
    },
  };
}

/** Connections that share what they should not. */
function echoesAnother(): Fault {
  let before: Buffer | undefined;
  return {
    name: 'echoes what another connection said',
    sentence: 'Echoes the message that came last on any connection or stream before this one.',
    echoes:
      () =>
      ({ opcode, payload }) => {
        const other = before ?? payload;
        before = payload;
        return [frameOf(opcode, other)];
      },
  };
}

/** All of them. */
export const ECHOES: readonly Fault[] = [
  changes(
    'changes the last octet',
    'Echoes a message with another last octet, an empty one with one.',
    (payload) => {
      if (payload.length === 0) return Buffer.from('x');
      const changed = Buffer.from(payload);
      changed[changed.length - 1] = changed[changed.length - 1] === 0x78 ? 0x79 : 0x78;
      return changed;
    },
  ),
  changes('loses the end', 'Echoes the first half of a message, of an empty one an octet.', (payload) =>
    payload.length === 0 ? Buffer.from('x') : payload.subarray(0, payload.length >> 1),
  ),
  changes('reads texts as Latin-1', 'Takes each octet of a text for a character.', (payload) =>
    Buffer.from(payload.toString('latin1')),
  ),
  changes('ends at NUL', 'Takes NUL for the end of a message.', (payload) =>
    payload.subarray(0, payload.indexOf(0)),
  ),
  {
    name: 'echoes as the other type',
    sentence: 'Echoes text as binary and binary as text.',
    echoes:
      () =>
      ({ opcode, payload }) => [frameOf(opcode === 1 ? 2 : 1, opcode === 1 ? payload : 'x')],
  },
  {
    name: 'echoes twice',
    sentence: 'Echoes each message two times.',
    echoes:
      () =>
      ({ opcode, payload }) => [frameOf(opcode, payload), frameOf(opcode, payload)],
  },
  echoesAnother(),
  {
    name: 'sends an echo wrongly fragmented',
    sentence: 'Sends the second fragment of an echo as a message of its own kind (5.4).',
    echoes:
      () =>
      ({ opcode, payload }) => [frameOf(opcode, payload, { fin: false }), frameOf(opcode, '')],
  },
  {
    name: 'sends a reserved bit',
    sentence: 'Sets RSV3 on an echo (5.2).',
    echoes:
      () =>
      ({ opcode, payload }) => [frameOf(opcode, payload, { rsv: 1 })],
  },
  {
    name: 'masks wrongly',
    sentence: 'Masks its frames as a server, and does not as a client (5.1).',
    masksWrongly: true,
  },
  {
    name: 'masks with one key',
    sentence: 'Masks all frames of a client with the same key (5.3).',
    masksWith: () => () => 0x12345678,
  },
  {
    name: 'answers no Ping',
    sentence: 'Sends no Pong.',
    says: () => (frame) => (frame.opcode === 10 ? [] : [frame]),
  },
  {
    name: 'answers a Ping with a message',
    sentence: 'Takes a Ping for a message, and echoes it.',
    hears: () => (frame) => (frame.opcode === 9 ? [frameOf(2, frame.payload)] : [frame]),
  },
  {
    name: 'resets in place of an echo',
    sentence: 'Resets the transport, or the stream, when a message has come.',
    resets: true,
  },
  compresses(
    'compresses with the largest window',
    'Refers to as many as 32 KiB before, whatever was agreed.',
    (payload, opcode, sent) => [frameOf(opcode, compressed(payload, sent), { rsv: RSV1 })],
  ),
  compresses(
    'sends RSV1 on a continuation',
    'Sets RSV1 on every frame of a compressed echo.',
    (payload, opcode) => {
      const octets = compressed(payload, Buffer.alloc(0));
      return [frameOf(opcode, octets, { rsv: RSV1, fin: false }), frameOf(0, '', { rsv: RSV1 })];
    },
  ),
  compresses(
    'sends compressed payloads cut',
    'Loses the last octet of a compressed payload.',
    (payload, opcode) => [
      frameOf(opcode, compressed(payload, Buffer.alloc(0)).subarray(0, -1), { rsv: RSV1 }),
    ],
  ),
  compresses(
    'compresses from an empty code',
    'Sends compressed payloads of a block type that there is not.',
    (_, opcode) => [frameOf(opcode, Buffer.of(0x07), { rsv: RSV1 })],
  ),
];
