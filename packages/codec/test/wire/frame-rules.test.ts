import { describe, expect, it } from 'vitest';
import {
  CLOSE,
  CONTINUATION,
  createFault,
  FAULTS,
  FIN,
  frameHeaderFault,
  frameStartFault,
  isControl,
  isReserved,
  isValidCloseCode,
  payloadLengthFault,
  type ReceiverRole,
  RSV,
  RSV1,
  RSV3,
  readFrameHeader,
} from '../../src/frames.js';
import type { FaultCode } from '../../src/index.js';
import { hex } from '../frames.js';

const ROLES: readonly ReceiverRole[] = ['server', 'client', 'either'];

/** Which rules two bytes break, one sentence of RFC 6455 each; in any order. */
function broken(first: number, second: number, role: ReceiverRole, rsv: number): Set<FaultCode> {
  const faults = new Set<FaultCode>();
  const opcode = first & 15;
  const starts = opcode === 1 || opcode === 2 || (opcode >= 3 && opcode <= 7);
  if ((first & RSV & ~(starts ? rsv : 0)) !== 0) faults.add('RESERVED_BITS');
  if (![0, 1, 2, 8, 9, 10].includes(opcode)) faults.add('RESERVED_OPCODE');
  if (opcode >= 8 && first < 0x80) faults.add('CONTROL_FRAGMENTED');
  if (opcode >= 8 && (second & 0x7f) > 125) faults.add('CONTROL_TOO_LONG');
  if (opcode === 8 && (second & 0x7f) === 1) faults.add('CLOSE_BODY_TOO_SHORT');
  if (role === 'server' && second < 0x80) faults.add('MASK_REQUIRED');
  if (role === 'client' && second >= 0x80) faults.add('MASK_FORBIDDEN');
  return faults;
}

describe('frameStartFault', () => {
  it.each(ROLES)('names a broken rule for every pair of bytes that breaks one (%s)', (role) => {
    let wrong = 0;
    for (const rsv of [0, RSV1, RSV1 | RSV3]) {
      for (let first = 0; first < 256; first++) {
        for (let second = 0; second < 256; second++) {
          const faults = broken(first, second, role, rsv);
          const fault = frameStartFault(first, second, role, rsv);
          if (fault === undefined ? faults.size > 0 : !faults.has(fault)) wrong++;
        }
      }
    }
    expect(wrong).toBe(0);
  });

  it('never gives the reserved bits of a continuation or control frame a meaning (advisories S13, S14)', () => {
    for (const opcode of [CONTINUATION, 8, 9, 10]) {
      expect(frameStartFault(FIN | RSV1 | opcode, 0x80, 'server', RSV)).toBe('RESERVED_BITS');
    }
  });
});

describe('payloadLengthFault', () => {
  it.each([
    [0, 0, undefined],
    [2, 125, 'LENGTH_NOT_MINIMAL'],
    [2, 126, undefined],
    [8, 65535, 'LENGTH_NOT_MINIMAL'],
    [8, 65536, undefined],
    [8, 2 ** 63 - 1024, undefined],
    [8, 2 ** 63, 'LENGTH_TOP_BIT'],
  ] as const)('%d bytes for %d: %s', (lengthBytes, length, fault) => {
    expect(payloadLengthFault(lengthBytes, length)).toBe(fault);
  });
});

describe('frameHeaderFault', () => {
  it.each([
    ['81 85 00000000', 'server', undefined],
    ['81 fe 0100 00000000', 'server', undefined],
    ['c1 85 00000000', 'server', 'RESERVED_BITS'],
    ['89 7e 0080', 'client', 'CONTROL_TOO_LONG'],
    ['81 7e 0005', 'client', 'LENGTH_NOT_MINIMAL'],
    ['82 7f ffffffffffffffff', 'client', 'LENGTH_TOP_BIT'],
    ['88 01', 'either', 'CLOSE_BODY_TOO_SHORT'],
  ] as const)('%s as %s: %s', (bytes, role, fault) => {
    const header = readFrameHeader(hex(bytes));
    expect(typeof header === 'object' && frameHeaderFault(header, role)).toBe(fault);
  });

  it('accepts the reserved bits an extension claims', () => {
    const header = readFrameHeader(hex('c1 00'));
    expect(typeof header === 'object' && frameHeaderFault(header, 'client', RSV1)).toBe(undefined);
  });
});

describe('opcodes', () => {
  it('are control frames from 8, reserved but for six', () => {
    const all = Array.from({ length: 16 }, (_, opcode) => opcode);
    expect(all.filter(isControl)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect(all.filter((opcode) => !isReserved(opcode))).toEqual([0, 1, 2, CLOSE, 9, 10]);
  });
});

describe('isValidCloseCode', () => {
  it('accepts 1000-1003, 1007-1014, 3000-4999 and nothing else up to 65535 (advisory S07)', () => {
    const valid = Array.from({ length: 65536 }, (_, code) => code).filter(isValidCloseCode);
    expect(valid.slice(0, 12)).toEqual([
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
    ]);
    expect([valid.length, valid[12], valid.at(-1)]).toEqual([2012, 3000, 4999]);
  });

  it.each([1000.5, Number.NaN, -1000, Number.POSITIVE_INFINITY])('refuses %d', (code) => {
    expect(isValidCloseCode(code)).toBe(false);
  });
});

describe('FAULTS', () => {
  it('answer with codes that may be sent, and name a section', () => {
    for (const code of Object.keys(FAULTS) as FaultCode[]) {
      const { closeCode, section, message, offset } = createFault(code, 7);
      expect(isValidCloseCode(closeCode)).toBe(true);
      expect(section).toMatch(/^\d+(\.\d+)*$/);
      expect(message).not.toBe('');
      expect(offset).toBe(7);
    }
  });
});
