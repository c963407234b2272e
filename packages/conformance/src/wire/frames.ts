/** The octets of frames as cases describe them, right or wrong. */
import { encodeUncheckedFrame } from '@sanssocket/codec/frames';
import type { FrameSpec, Role } from '../model/case.js';
import { expandPayload, NOTHING } from '../model/payload.js';
import type { FrameRecord } from '../model/result.js';

/** Opcodes by the RFC's names (5.2). */
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** Octets to send, and the record's words for them. */
export interface WrittenFrame {
  readonly octets: Uint8Array;
  readonly record: Pick<
    FrameRecord,
    'header' | 'fin' | 'rsv' | 'opcode' | 'maskingKey' | 'length' | 'payload'
  >;
}

/**
 * Writes one frame.
 *
 * @param spec - the frame
 * @param underTest - whom it is for: a server is sent masked frames (5.1)
 */
export function writeFrame(spec: FrameSpec, underTest: Role): WrittenFrame {
  return writeOctets(spec, expandPayload(spec.payload ?? NOTHING), underTest);
}

/** The same with a payload that stands already; it is not changed. */
export function writeOctets(spec: FrameSpec, payload: Uint8Array, underTest: Role): WrittenFrame {
  const { fin = true, rsv = 0, opcode, mask = 'right' } = spec;
  const isMasked = (underTest === 'server') !== (mask === 'wrong');
  const maskingKey = !isMasked ? undefined : typeof mask === 'number' ? mask : freshKey();
  const octets = encodeUncheckedFrame({
    first: (fin ? 0x80 : 0) | (rsv << 4) | opcode,
    payload,
    maskingKey: maskingKey === undefined ? undefined : firstOctetLowest(maskingKey),
    ...(spec.declaredLength === undefined ? {} : { declaredLength: BigInt(spec.declaredLength) }),
    ...(spec.lengthBytes === undefined ? {} : { lengthBytes: spec.lengthBytes }),
  });
  const headerBytes = octets.length - payload.length;
  const length = Number(spec.declaredLength ?? payload.length);
  return {
    octets: spec.cutTo === undefined ? octets : octets.subarray(0, spec.cutTo),
    record: { header: octets.subarray(0, headerBytes), fin, rsv, opcode, maskingKey, length, payload },
  };
}

/** The body of a Close frame (5.5.1), any code. */
export function closeBody(code: number | undefined, reason: Uint8Array = new Uint8Array(0)): Uint8Array {
  if (code === undefined) return reason;
  const body = new Uint8Array(2 + reason.length);
  body[0] = code >> 8;
  body[1] = code & 255;
  body.set(reason, 2);
  return body;
}

/**
 * Cases and records have a key as 5.3 writes it, its first octet the highest; the codec has it
 * lowest.
 */
function firstOctetLowest(key: number): number {
  return ((key << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24)) >>> 0;
}

/** Keys are drawn this many at a time: a draw costs a microsecond however small it is. */
const keys = new Uint32Array(1024);
let drawn = keys.length;

/** 10.3: unpredictable, and another one for each frame. */
function freshKey(): number {
  if (drawn === keys.length) {
    crypto.getRandomValues(keys);
    drawn = 0;
  }
  return keys[drawn++]!;
}
