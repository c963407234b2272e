import type { Http2Server } from 'node:http2';
import type { Server } from 'node:net';

export function startPlainHttp2(port?: number): Promise<Http2Server>;
export function startTls(
  pair: { readonly key: string; readonly cert: string },
  port?: number,
): Promise<Server>;
export function runHttp2Client(url: string): Promise<void>;
