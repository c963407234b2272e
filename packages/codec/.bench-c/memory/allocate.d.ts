/** Gives as many bytes as asked, which need not be zero. */
export type Allocate = (bytes: number) => Uint8Array;
/** The runtime's memory, cleared. */
export declare const allocateCleared: Allocate;
/**
 * Makes a host's allocator one that gives just what was asked for, or throws.
 *
 * @returns a function that throws what `allocate` throws, or TypeError if it gave less; of more, the first bytes are used
 */
export declare function checkedAllocate(allocate: Allocate): Allocate;
/**
 * Makes an allocator that always gives memory, the runtime's if the host has none to give: for bytes that have been taken from
 * the peer, or that an extension has encoded, and that would otherwise be lost.
 */
export declare function lastingAllocate(allocate: Allocate): Allocate;
//# sourceMappingURL=allocate.d.ts.map