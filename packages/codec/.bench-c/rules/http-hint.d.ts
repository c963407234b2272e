/** HTTP where frames are expected: the commonest mistake of a host, that a fault of the first frame alone does not tell. */
/**
 * What to tell a person about the first bytes of a stream, if they are no frame.
 *
 * @param bytes - where they stand
 * @param start - index of the first
 * @param end - index after the last that is there, two at least
 * @returns a hint; empty if they do not begin like HTTP
 */
export declare function httpHint(bytes: Uint8Array, start: number, end: number): string;
//# sourceMappingURL=http-hint.d.ts.map