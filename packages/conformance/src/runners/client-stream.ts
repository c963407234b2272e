/** One case against a client that has sent an extended CONNECT (RFC 8441). */
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Conversation } from '../conversation/conversation.js';
import { faultResult, Recorder, resultOf } from '../conversation/record.js';
import type { Case } from '../model/case.js';
import type { CaseResult } from '../model/result.js';
import { openingFault } from '../opening/faults.js';
import { Link } from '../wire/link.js';
import { patienceOf, type RunOptions } from './options.js';

/** Answers the request, and runs the case on its stream. */
export async function runOnStream(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  test: Case,
  agent: string,
  options: RunOptions,
): Promise<CaseResult> {
  const record = new Recorder(options.onLog);
  const request = Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}\n`)
    .join('');
  const isConnect = headers[':method'] === 'CONNECT' && headers[':protocol'] === 'websocket';
  const status = isConnect ? 200 : 400;
  const handshake = { request, response: `:status: ${status}\n`, status };
  options.onHandshake?.(handshake);
  const subject = { test, role: 'client', agent, startedAt: Date.now(), handshake, record } as const;
  if (!isConnect) {
    stream.respond({ ':status': 400 }, { endStream: true });
    return faultResult(subject, openingFault('REQUEST_LINE_INVALID'));
  }
  stream.respond({ ':status': 200 });
  const link = new Link(stream);
  const rest = new Uint8Array(0);
  const conversation = new Conversation(
    test,
    'client',
    link,
    rest,
    undefined,
    record,
    patienceOf(options, test),
  );
  return resultOf(subject, await conversation.run());
}
