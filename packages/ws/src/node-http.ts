/**
 * Node's `http` and `https`. An import statement reads all exports of a module, and one of those of
 * `http` is a `WebSocket` that loads undici: 2.6 MiB of heap and 60 ms of the start, on Node 24.
 */

export const http: typeof import('node:http') = process.getBuiltinModule('node:http');

export const https: typeof import('node:https') = process.getBuiltinModule('node:https');
