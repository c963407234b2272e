/** Memory of the host's: what its `allocate` gives is looked at before it is used, and it may throw. */
import { inWords, isBytes, misuse } from '../rules/misuse.js';
import { isShared, type OwnBytes } from '../rules/own-bytes.js';

/** Gives as many bytes as asked, which need not be zero. */
export type Allocate = (bytes: number) => OwnBytes;

/** The runtime's memory, cleared. */
export const allocateCleared: Allocate = (bytes) => new Uint8Array(bytes);

/**
 * Makes a host's allocator one that gives just what was asked for, or throws.
 *
 * @returns a function that throws what `allocate` throws, or TypeError if it gave less, or shared memory; of more, the first bytes
 * are used
 */
export function checkedAllocate(allocate: (bytes: number) => Uint8Array): Allocate {
  return (bytes) => {
    const memory = allocate(bytes);
    if (!isBytes(memory) || memory.length < bytes) {
      throw misuse(
        TypeError,
        'ALLOCATION_INVALID',
        `allocate must give a Uint8Array of ${bytes} bytes, not ${isBytes(memory) ? memory.length : inWords(memory)}`,
      );
    }
    const { buffer } = memory;
    if (isShared(buffer)) {
      throw misuse(TypeError, 'ALLOCATION_INVALID', 'allocate must give memory that is not shared');
    }
    return memory.length === bytes ? (memory as OwnBytes) : new Uint8Array(buffer, memory.byteOffset, bytes);
  };
}

/**
 * Makes an allocator that always gives memory, the runtime's if the host has none to give: for bytes that have been taken from
 * the peer, or that an extension has encoded, and that would otherwise be lost.
 */
export function lastingAllocate(allocate: Allocate): Allocate {
  return (bytes) => {
    try {
      return allocate(bytes);
    } catch {
      return new Uint8Array(bytes);
    }
  };
}
