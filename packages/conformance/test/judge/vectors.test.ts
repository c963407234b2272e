/** The judge is held against the vectors: it shares no code with the codec, and has to come to the same faults at the same octets. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ConnectionVector,
  type ExpectedEvent,
  expandSegments,
  expectedEvents,
  type Role,
  rolesOf,
  splits,
} from '@sanssocket/test-vectors';
import { describe, expect, test } from 'vitest';
import { MessageReader } from '../../src/judge/message-reader.js';
import type { PeerFault } from '../../src/model/result.js';

const folder = fileURLToPath(new URL('../../../../test-vectors/vectors/', import.meta.url));

/** What the vectors call a fault, by the judge's name of it. Some of the judge's are two of theirs. */
const NAMES: Readonly<Record<string, string>> = {
  RESERVED_BITS: 'RESERVED_BITS',
  RESERVED_OPCODE: 'RESERVED_OPCODE',
  CONTROL_FRAGMENTED: 'CONTROL_FRAGMENTED',
  CONTROL_TOO_LONG: 'CONTROL_TOO_LONG',
  MASK_MISSING: 'MASK_REQUIRED',
  MASK_FORBIDDEN: 'MASK_FORBIDDEN',
  LENGTH_NOT_MINIMAL: 'LENGTH_NOT_MINIMAL',
  LENGTH_TOP_BIT: 'LENGTH_TOP_BIT',
  LENGTH_BEYOND_SUITE: 'FRAME_TOO_LARGE',
  UNEXPECTED_CONTINUATION: 'UNEXPECTED_CONTINUATION',
  EXPECTED_CONTINUATION: 'EXPECTED_CONTINUATION',
  CLOSE_BODY_OF_ONE: 'CLOSE_BODY_TOO_SHORT',
  CLOSE_CODE_UNUSED: 'CLOSE_CODE_INVALID',
  CLOSE_CODE_FORBIDDEN: 'CLOSE_CODE_INVALID',
  CLOSE_CODE_UNDEFINED: 'CLOSE_CODE_INVALID',
  INVALID_UTF8: 'INVALID_UTF8',
  REASON_NOT_UTF8: 'INVALID_UTF8',
};

interface Read {
  readonly events: unknown[];
  readonly faults: PeerFault[];
}

function read(role: Role, chunks: readonly Uint8Array[]): Read {
  const events: unknown[] = [];
  const faults: PeerFault[] = [];
  const whenFine = (event: unknown): void => {
    if (faults.length === 0) events.push(event);
  };
  const reader = new MessageReader(
    {
      frame: () => {},
      message: (type, bytes) => whenFine({ type, bytes: [...bytes] }),
      ping: (bytes) => whenFine({ type: 'ping', bytes: [...bytes] }),
      pong: (bytes) => whenFine({ type: 'pong', bytes: [...bytes] }),
      close: (code, reason) => whenFine({ type: 'close', code: code ?? 1005, reason }),
      fault: (fault) => faults.push(fault),
    },
    role === 'server',
    undefined,
  );
  for (const chunk of chunks) reader.read(new Uint8Array(chunk));
  return { events, faults };
}

/** Texts that are wrong and do not end. */
const UNFINISHED = /^utf8\/(?:fragments\/fault-never-final|fail-fast\/rest-of-(?:long-)?frame-missing)$/;

/** Files whose faults are of octets and not of limits that the suite has not. */
const files = readdirSync(folder).filter((name) =>
  /^(?:frames|lengths|control|close|utf8|fragmentation|masking)\.json$/.test(name),
);

describe.each(files)('the judge and %s', (file) => {
  const { vectors } = JSON.parse(readFileSync(folder + file, 'utf8')) as { vectors: ConnectionVector[] };
  const usable = vectors.filter(
    ({ id, options }) => options === undefined && id !== 'lengths/too-large/16777217',
  );

  test('has vectors', () => expect(usable.length).toBeGreaterThan(20));

  test.each(usable.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    for (const role of rolesOf(vector)) {
      const input = expandSegments(vector.input[role]!);
      const expected = expectedEvents(vector, role);
      const fault = expected.find((event: { type: string }) => event.type === 'fail');
      const heard = expected
        .filter(({ type }: { type: string }) => ['text', 'binary', 'ping', 'pong', 'close'].includes(type))
        .map(plain);
      for (const chunks of input.length < 200 ? splits(input) : [[input]]) {
        const { events, faults } = read(role, chunks);
        // Behind a Close the codec reads nothing; the judge does, for it is to find what must not be there.
        expect(events.slice(0, heard.length)).toEqual(heard);
        if (fault === undefined || fault.type !== 'fail') continue;
        // A wrong text is only judged when it is whole.
        if (fault.code === 'INVALID_UTF8' && !faults.some(({ code }) => NAMES[code] === 'INVALID_UTF8')) {
          expect(vector.id).toMatch(UNFINISHED);
          continue;
        }
        expect(faults.map(({ code, offset }) => [NAMES[code], offset])).toContainEqual([
          fault.code,
          offsetOf(fault),
        ]);
      }
    }
  });
});

function offsetOf({ code, offset }: { code: string; offset: number }): unknown {
  // How long is too long the suite does not say at the same octet.
  return code === 'FRAME_TOO_LARGE' ? expect.any(Number) : offset;
}

function plain(event: ExpectedEvent): unknown {
  if (event.type === 'close') return { type: event.type, code: event.code, reason: event.reason };
  if (event.type === 'fail' || event.type === 'end') return event;
  if ('bytes' in event) return { type: event.type, bytes: [...expandSegments(event.bytes)] };
  const octets = event.type === 'text' ? new TextEncoder().encode(event.data) : expandSegments(event.data);
  return { type: event.type, bytes: [...octets] };
}
