/** Memory of the host's: what its `allocate` gives is looked at before it is used, and it may throw. */
import { inWords, isBytes, misuse } from '../rules/misuse.js';
/** The runtime's memory, cleared. */
export const allocateCleared = (bytes) => new Uint8Array(bytes);
/**
 * Makes a host's allocator one that gives just what was asked for, or throws.
 *
 * @returns a function that throws what `allocate` throws, or TypeError if it gave less; of more, the first bytes are used
 */
export function checkedAllocate(allocate) {
    return (bytes) => {
        const memory = allocate(bytes);
        if (!isBytes(memory) || memory.length < bytes) {
            throw misuse(TypeError, 'ALLOCATION_INVALID', `allocate must give a Uint8Array of ${bytes} bytes, not ${isBytes(memory) ? memory.length : inWords(memory)}`);
        }
        return memory.length === bytes ? memory : new Uint8Array(memory.buffer, memory.byteOffset, bytes);
    };
}
/**
 * Makes an allocator that always gives memory, the runtime's if the host has none to give: for bytes that have been taken from
 * the peer, or that an extension has encoded, and that would otherwise be lost.
 */
export function lastingAllocate(allocate) {
    return (bytes) => {
        try {
            return allocate(bytes);
        }
        catch {
            return new Uint8Array(bytes);
        }
    };
}
//# sourceMappingURL=allocate.js.map