/** The states of a WebSocket, as numbers; `session` draws how one follows from another. */

export const CONNECTING = 0;

export const OPEN = 1;

export const CLOSING = 2;

export const CLOSED = 3;

/** The states of a WebSocket. */
export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSING | typeof CLOSED;
