// What a caller keeps is not shared memory, whatever it came from: no platform takes that for bytes.
import { expect, test } from 'vitest';
import { BINARY, Connection } from '../../src/index.js';

const LENGTH = 5000;

/** Bytes in memory that is shared. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

test('an array that is sent by reference', () => {
  const server = new Connection({ role: 'server' }, {});
  server.sendZeroCopy(BINARY, shared(new Uint8Array(LENGTH).fill(7)));
  const output: Blob[] = [];
  for (let chunk = server.dataToSend(); chunk !== undefined; chunk = server.dataToSend())
    output.push(new Blob([chunk]));
  expect(output.map(({ size }) => size)).toEqual([4, LENGTH]);
});

test.each([100, LENGTH])('a message of %i bytes in a chunk that is handed over', (length) => {
  const heard: Blob[] = [];
  const server = new Connection(
    { role: 'server', transferInput: true },
    { binary: (bytes) => heard.push(new Blob([bytes])) },
  );
  const client = new Connection({ role: 'client' }, {});
  for (let i = 0; i < 3; i++) client.sendBinary(new Uint8Array(length).fill(i));
  server.receive(shared(client.dataToSend()!));
  expect(heard.map(({ size }) => size)).toEqual([length, length, length]);
});

test('memory of an allocator that gives such is refused', () => {
  const allocate = (bytes: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(bytes));
  const server = new Connection({ role: 'server', allocate }, {});
  expect(() => server.sendBinary(new Uint8Array(LENGTH))).toThrow(
    expect.objectContaining({ code: 'ALLOCATION_INVALID' }),
  );
});
