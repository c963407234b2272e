/** HTTP where frames are expected: the commonest mistake of a host, that a fault of the first frame alone does not tell. */
const BEGINNINGS = [
    'GET ',
    'HTTP/',
    'POST ',
    'HEAD ',
    'PUT ',
    'CONNECT ',
    'OPTIONS ',
    'DELETE ',
    'PATCH ',
    'TRACE ',
    'PRI * ',
];
/**
 * What to tell a person about the first bytes of a stream, if they are no frame.
 *
 * @param bytes - where they stand
 * @param start - index of the first
 * @param end - index after the last that is there, two at least
 * @returns a hint; empty if they do not begin like HTTP
 */
export function httpHint(bytes, start, end) {
    const isHttp = BEGINNINGS.some((beginning) => {
        const length = Math.min(beginning.length, end - start);
        for (let i = 0; i < length; i++)
            if (bytes[start + i] !== beginning.charCodeAt(i))
                return false;
        return true;
    });
    return isHttp
        ? 'these bytes begin like HTTP, whose head is for the handshake: a connection gets what follows it'
        : '';
}
//# sourceMappingURL=http-hint.js.map