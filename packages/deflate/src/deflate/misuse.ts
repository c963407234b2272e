/** Makes the error for a caller's option that makes no sense: its `code` is `OPTION_INVALID`, as the codec's and the handshake's. */
export function misuse(kind: new (message: string) => Error, message: string): Error {
  return Object.assign(new kind(message), { code: 'OPTION_INVALID' as const });
}
