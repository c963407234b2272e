/** One case against a client that has connected. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Conversation, type Observation } from '../conversation/conversation.js';
import { sayGoodbye } from '../conversation/endpoint.js';
import { faultResult, openingResult, Recorder, resultOf, type Subject } from '../conversation/record.js';
import type { Case, RawOpening, StandardOpening } from '../model/case.js';
import { concat } from '../model/payload.js';
import type { CaseResult } from '../model/result.js';
import { answerAsServer, inspectRequest, type ReceivedRequest } from '../opening/as-server.js';
import { unusable } from '../opening/deflate-agreement.js';
import { openingFault } from '../opening/faults.js';
import { listOf } from '../opening/heads.js';
import { writeFrame } from '../wire/frames.js';
import { Link } from '../wire/link.js';
import { patienceOf, type RunOptions } from './options.js';

/**
 * Answers a client's request as a case has it, and runs the case.
 *
 * @param link - where the request came from
 * @param request - the request
 * @param opening - the case's, which is not for HTTP/2
 * @param agent - the client's name in the results
 * @returns the result; it never rejects for anything a client does
 */
export async function runOnRequest(
  link: Link,
  request: ReceivedRequest,
  test: Case,
  opening: StandardOpening | RawOpening,
  agent: string,
  options: RunOptions,
): Promise<CaseResult> {
  const record = new Recorder(options.onLog);
  const startedAt = Date.now();
  const step = test.steps[0];
  const behind = opening.kind === 'raw' || opening.withFirstStep === true;
  const first = behind && step?.do === 'send' ? step.frames.map((frame) => writeFrame(frame, 'client')) : [];
  const opened = await answerAsServer(link, request, opening, concat(first.map(({ octets }) => octets)));
  options.onHandshake?.(opened.report);
  const subject: Subject = { test, role: 'client', agent, startedAt, handshake: opened.report, record };
  if (opened.fault !== undefined) {
    link.drop();
    return faultResult(subject, opened.fault);
  }
  const wrong =
    test.inspects === 'nonces' && request.nonce === 'repeated'
      ? openingFault('NONCE_REPEATED')
      : inspectRequest(test.inspects, request.head);
  if (wrong !== undefined) {
    await sayGoodbye(link, 'client', opened.rest, [], 1000);
    return faultResult(subject, wrong);
  }
  const why =
    opening.kind === 'standard'
      ? unusable(opening.deflate, opened.deflate, 'server')
      : notOffered(opening, request);
  if (why !== undefined) {
    await sayGoodbye(link, 'client', opened.rest, [], 1000);
    return openingResult(subject, 'UNIMPLEMENTED', why);
  }
  const conversation = new Conversation(
    test,
    'client',
    link,
    opened.rest,
    opened.deflate,
    record,
    patienceOf(options, test),
    first,
  );
  const observation = await conversation.run(first.length > 0 ? 1 : 0);
  if (opened.isBeyondOffer === true && hasRefused(observation)) {
    return openingResult(subject, 'UNIMPLEMENTED', REFUSED);
  }
  const result = resultOf(subject, observation);
  const isAlone = test.inspects === 'nonces' && request.nonce === 'only' && result.verdict === 'OK';
  return isAlone ? { ...result, verdict: 'INFORMATIONAL', explanation: ALONE } : result;
}

const ALONE = 'This was the only connection, so that there was no other nonce to compare its own with.';
const REFUSED =
  'The client did not take a response with parameters that it had not offered. RFC 7692 7.1 has it fail the connection if it does not support them.';

/**
 * Whether the client never said a word: it did not take the response for the beginning of a
 * connection. 4.1 names no time to end it.
 */
function hasRefused({ endpoint: { hasSpoken, remoteClose, faults } }: Observation): boolean {
  return !hasSpoken && remoteClose === undefined && faults.length === 0;
}

/**
 * Why a response to an offer says nothing of this client: it did not make the offer, and other
 * cases judge such a client.
 */
function notOffered({ answers }: RawOpening, { head }: ReceivedRequest): string | undefined {
  if (answers === undefined) return undefined;
  const offers = listOf(head, 'sec-websocket-extensions').map((offer) => offer.split(';', 1)[0]!.trim());
  return offers.includes(answers) ? undefined : `The client does not offer ${answers}.`;
}

// ---- HTTP/2 ----
// One case against a client that has sent an extended CONNECT (RFC 8441).

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
