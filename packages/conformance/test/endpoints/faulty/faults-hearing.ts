/** Faults in what an endpoint takes frames for: one rule is ignored, and it goes on as if nothing had happened. */
import type { Fault, Filter } from './fault.js';
import { type Frame, frameOf, withKey } from './frames.js';

const RSV1 = 4;

function isControl({ opcode }: Frame): boolean {
  return opcode >= 8;
}

/** A filter that knows whether a message is unfinished before each frame. */
function inMessage(hear: (frame: Frame, isOpen: boolean) => readonly Frame[]): Filter {
  let isOpen = false;
  return (frame) => {
    const heard = hear(frame, isOpen);
    for (const each of heard) if (!isControl(each)) isOpen = !each.fin;
    return heard;
  };
}

/** All of them. */
export const HEARINGS: readonly Fault[] = [
  {
    name: 'does not mind masks',
    sentence: 'Unmasks what is masked, whoever sent it, and takes the rest as it is.',
    hears: () => (frame) => [frame],
  },
  {
    name: 'goes on with the key',
    sentence: 'Goes on in a masking key where the frame before stopped.',
    hears: () => {
      let before = 0;
      return (frame) => {
        const { maskingKey = 0, payload } = frame;
        const wrong = withKey(withKey(payload, maskingKey), maskingKey, before);
        before += payload.length;
        return [{ ...frame, payload: wrong }];
      };
    },
  },
  {
    name: 'does not look at reserved bits',
    sentence: 'Takes a frame with reserved bits for one without.',
    hears: (isDeflated) => (frame) => {
      const isFirst = frame.opcode === 1 || frame.opcode === 2;
      return [{ ...frame, rsv: isDeflated && isFirst ? frame.rsv & RSV1 : 0 }];
    },
  },
  {
    name: 'takes reserved opcodes for data',
    sentence:
      'Takes a frame with a reserved opcode for a text frame, or inside a message for a continuation.',
    hears: () =>
      inMessage((frame, isOpen) => {
        const isKnown = frame.opcode <= 2 || (frame.opcode >= 8 && frame.opcode <= 10);
        if (isKnown) return [frame];
        return [isOpen ? { ...frame, opcode: 0, fin: false } : { ...frame, opcode: 1 }];
      }),
  },
  {
    name: 'shortens control frames',
    sentence: 'Takes the first 125 octets of a longer control frame.',
    both: () => {
      let whole: Frame | undefined;
      return {
        hears: (frame) => {
          if (isControl(frame) && frame.payload.length > 125) whole = frame;
          return [isControl(frame) ? { ...frame, payload: frame.payload.subarray(0, 125) } : frame];
        },
        // A Pong with other data than the Ping's says nothing; this one is known by it.
        says: (frame) => [
          frame.opcode === 10 && whole !== undefined ? { ...frame, payload: whole.payload } : frame,
        ],
      };
    },
  },
  {
    name: 'takes every control frame for the last',
    sentence: 'Does not look at FIN of a control frame, and drops what continues it.',
    hears: () =>
      inMessage((frame, isOpen) => {
        if (isControl(frame)) return [{ ...frame, fin: true }];
        return frame.opcode === 0 && !isOpen ? [] : [frame];
      }),
  },
  {
    name: 'answers Pongs',
    sentence: 'Takes a Pong for a message, and echoes it.',
    hears: () => (frame) => (frame.opcode === 10 ? [frameOf(2, frame.payload)] : [frame]),
  },
  {
    name: 'drops stray continuations',
    sentence: 'Drops a continuation where no message was begun.',
    hears: () => inMessage((frame, isOpen) => (frame.opcode === 0 && !isOpen ? [] : [frame])),
  },
  {
    name: 'continues with any data frame',
    sentence: 'Takes a text or binary frame inside a message for a continuation.',
    hears: () =>
      inMessage((frame, isOpen) => [isOpen && !isControl(frame) ? { ...frame, opcode: 0 } : frame]),
  },
  {
    name: 'takes first fragments for messages',
    sentence: 'Takes the first fragment for the whole message, and drops the others.',
    hears: () => (frame) => (frame.opcode === 0 ? [] : [{ ...frame, fin: true }]),
  },
  {
    name: 'repairs texts',
    sentence: 'Puts U+FFFD in the place of what is not UTF-8, and echoes that.',
    both: () => {
      let isText = false;
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      return {
        hears: (frame) => {
          if (frame.opcode === 1) isText = true;
          return [frame.opcode === 1 ? { ...frame, opcode: 2 } : frame];
        },
        says: (frame) =>
          isText && frame.opcode === 2
            ? [frameOf(1, decoder.decode(Uint8Array.from(frame.payload)))]
            : [frame],
      };
    },
  },
  {
    name: 'misreads long lengths',
    sentence: 'Reads a length that is not in 7 bits as one less, or where there is none, as one more.',
    hears: () => (frame) => {
      if (frame.lengthBytes === 0) return [frame];
      const { payload } = frame;
      const wrong = payload.length > 0 ? payload.subarray(0, -1) : Buffer.from('x');
      return [isControl(frame) ? frameOf(2, wrong) : { ...frame, payload: wrong }];
    },
  },
  {
    name: 'hears frames that are not whole',
    sentence: 'Takes a frame of an impossible length for a message of what has come of it.',
    hears: () => (frame) => [frameOf(frame.opcode === 0 ? 1 : frame.opcode, frame.payload)],
  },
  {
    name: 'takes compressed payloads for messages',
    sentence: 'Does not inflate: echoes the payload of a compressed message as it came, as binary.',
    hears: () => {
      let isCompressed = false;
      return (frame) => {
        if (frame.opcode === 1 || frame.opcode === 2) isCompressed = (frame.rsv & RSV1) !== 0;
        if (!isCompressed || isControl(frame)) return [frame];
        return [{ ...frame, rsv: 0, opcode: frame.opcode === 0 ? 0 : 2 }];
      };
    },
  },
];
