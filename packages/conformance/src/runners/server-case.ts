/** One case against a server, over HTTP/1.1 or over streams of HTTP/2 (RFC 8441). */
import type { ClientHttp2Session } from 'node:http2';
import { Conversation, type Observation } from '../conversation/conversation.js';
import { faultResult, openingResult, Recorder, resultOf, type Subject } from '../conversation/record.js';
import { judgeAnswer, worse } from '../conversation/verdict.js';
import type { Case, ConnectOpening, RawOpening, StandardOpening } from '../model/case.js';
import { concat } from '../model/payload.js';
import type { CaseResult } from '../model/result.js';
import { openAsClient, openSession, openStream } from '../opening/as-client.js';
import { unusable } from '../opening/deflate-agreement.js';
import { openingFault } from '../opening/faults.js';
import type { Opened } from '../opening/opened.js';
import { writeFrame } from '../wire/frames.js';
import { type Address, addressOf, connectLink, type Link, type TlsTrust } from '../wire/link.js';
import { openTimeout, patienceOf, type RunOptions } from './options.js';

// ---- HTTP/1.1 ----

/** A server under test, and how it is spoken to. */
export interface ServerTarget {
  /** `ws:` or `wss:`; the path is the same for all cases. */
  readonly url: string;
  /** Sent as Origin. */
  readonly origin?: string | undefined;
  /** Subprotocols to offer, for a server that wants one. */
  readonly protocols?: readonly string[] | undefined;
  /** Certificates to trust, PEM. Without them no certificate is verified. */
  readonly ca?: string | undefined;
  /** The name the certificate has to be for. */
  readonly servername?: string | undefined;
}

/**
 * Runs one case against a server that echoes.
 *
 * @param target - the server
 * @param test - the case
 * @param options - patience, and callbacks for events
 * @returns the result; it never rejects for anything a server does
 * @throws RangeError for a URL or options that are none, Error for a case that is not for servers
 *
 * @example
 * ```ts no-run
 * import { findCases, runServerCase } from '@sanssocket/conformance';
 *
 * const [test] = findCases({ role: 'server', patterns: ['7.1.1'] });
 * const result = await runServerCase({ url: 'ws://localhost:8080/' }, test!);
 * console.log(result.verdict, result.explanation);
 * ```
 */
export async function runServerCase(
  target: ServerTarget,
  test: Case,
  options: RunOptions = {},
): Promise<CaseResult> {
  if (!test.roles.includes('server')) throw new Error(`case ${test.id} is not for servers`);
  const address = addressOf(target.url);
  if (test.opening.kind === 'connect') return runConnectCase(target, address, test, test.opening, options);
  return (await overTcp(target, address, test, test.opening, options)).result;
}

/** A run with its parts, as far as it came. */
export interface ObservedRun {
  readonly result: CaseResult;
  readonly opened?: Opened;
  readonly observation?: Observation;
}

/** Runs a case on a connection of its own. */
export async function overTcp(
  target: ServerTarget,
  address: Address,
  test: Case,
  opening: StandardOpening | RawOpening,
  options: RunOptions,
): Promise<ObservedRun> {
  const record = new Recorder(options.onLog);
  const subject = (opened?: Opened): Subject => ({
    test,
    role: 'server',
    agent: options.agent ?? opened?.agent ?? 'UnknownServer',
    startedAt,
    handshake: opened?.report ?? { request: '', response: '', status: undefined },
    record,
  });
  const startedAt = Date.now();
  const openMs = openTimeout(options);
  let link: Link;
  try {
    link = await connectLink(address, target, openMs);
  } catch (error) {
    return { result: faultResult(subject(), openingFault('NO_CONNECTION', (error as Error).message)) };
  }
  const first = firstFrames(test, opening);
  const opened = await openAsClient(link, opening, {
    address,
    origin: target.origin,
    protocols: target.protocols,
    timeoutMs: openMs,
    behind: concat(first.map(({ octets }) => octets)),
  });
  options.onHandshake?.(opened.report);
  const decided = decide(subject(opened), opening, opened);
  if (decided !== undefined) {
    link.drop();
    return { result: decided, opened };
  }
  const conversation = new Conversation(
    test,
    'server',
    link,
    opened.rest,
    opened.deflate,
    record,
    patienceOf(options, test),
    first,
  );
  const observation = await conversation.run(first.length > 0 ? 1 : 0);
  return { result: resultOf(subject(opened), observation), opened, observation };
}

/** Frames of the first step, if they go out with the head. */
function firstFrames(test: Case, opening: StandardOpening | RawOpening): ReturnType<typeof writeFrame>[] {
  const step = test.steps[0];
  if (opening.kind !== 'standard' || opening.withFirstStep !== true || step?.do !== 'send') return [];
  return step.frames.map((frame) => writeFrame(frame, 'server'));
}

/** Of an offer with parameters. A plain one is no reason to reject a request. */
const OUGHT_TO_DECLINE =
  'It offers permessage-deflate in a way that the server need not support, but then is to decline, and to go on without.';

/** A result, if the opening decided the case. */
function decide(
  subject: Subject,
  opening: StandardOpening | RawOpening,
  opened: Opened,
): CaseResult | undefined {
  if (opening.kind === 'raw') {
    const judgement = judgeAnswer(opening.expect, opened);
    if (judgement.kind === 'done') return openingResult(subject, judgement.verdict, judgement.explanation);
    return undefined;
  }
  if (opening.mayBeRefused === true && opened.state === 'refused') {
    const how = opened.report.status === undefined ? 'without a response' : `with ${opened.report.status}`;
    return openingResult(
      subject,
      'INFORMATIONAL',
      `The request was rejected ${how}, which is left to the server.`,
    );
  }
  const asksForMore = opening.deflate?.offers.every((offer) => offer !== '') === true;
  if (asksForMore && opened.state === 'refused' && opened.report.status !== undefined) {
    const text = `The request was rejected with ${opened.report.status}. ${OUGHT_TO_DECLINE}`;
    return openingResult(subject, 'NON-STRICT', text, 'RFC7692 7.1');
  }
  if (opened.fault !== undefined) return faultResult(subject, opened.fault);
  const why = unusable(opening.deflate, opened.deflate, 'client');
  return why === undefined ? undefined : openingResult(subject, 'UNIMPLEMENTED', why);
}

// ---- HTTP/2 ----

/** Whether a server speaks HTTP/2 and takes extended CONNECT. */
export async function announcesConnect(
  address: Address,
  trust: TlsTrust,
  timeoutMs: number,
): Promise<boolean> {
  try {
    const session = await openSession(address, trust, timeoutMs);
    session?.destroy();
    return session !== undefined;
  } catch {
    return false;
  }
}

/** The result of a case that the server has no way to run. */
export function withoutConnect(test: Case, options: RunOptions): CaseResult {
  const handshake = { request: '', response: '', status: undefined };
  const agent = options.agent ?? 'UnknownServer';
  const subject = {
    test,
    role: 'server',
    agent,
    startedAt: Date.now(),
    handshake,
    record: new Recorder(),
  } as const;
  return faultResult(subject, openingFault('HTTP2_WITHOUT_CONNECT'));
}

/**
 * Runs a case on as many streams as it wants, all at once on one connection.
 *
 * @returns the worst of the streams' results
 */
async function runConnectCase(
  trust: TlsTrust,
  address: Address,
  test: Case,
  opening: ConnectOpening,
  options: RunOptions,
): Promise<CaseResult> {
  const startedAt = Date.now();
  const openMs = openTimeout(options);
  const subjectOf = (record: Recorder, opened?: Opened): Subject => ({
    test,
    role: 'server',
    agent: options.agent ?? opened?.agent ?? 'UnknownServer',
    startedAt,
    handshake: opened?.report ?? { request: '', response: '', status: undefined },
    record,
  });
  let session: ClientHttp2Session | undefined;
  try {
    session = await openSession(address, trust, openMs);
  } catch (error) {
    return faultResult(subjectOf(new Recorder()), openingFault('NO_CONNECTION', (error as Error).message));
  }
  if (session === undefined)
    return faultResult(subjectOf(new Recorder()), openingFault('HTTP2_WITHOUT_CONNECT'));
  const open = session;
  const runOne = async (nth: number): Promise<CaseResult> => {
    const record = new Recorder(options.onLog);
    const { link, opened } = await openStream(open, address, opening, openMs);
    options.onHandshake?.(opened.report);
    const own = ofStream(test, nth);
    const subject = { ...subjectOf(record, opened), test: own };
    if (opening.expect !== undefined) {
      const judgement = judgeAnswer(opening.expect, opened);
      if (judgement.kind === 'done') return openingResult(subject, judgement.verdict, judgement.explanation);
    } else if (opened.fault !== undefined) return faultResult(subject, opened.fault);
    const conversation = new Conversation(
      own,
      'server',
      link,
      opened.rest,
      undefined,
      record,
      patienceOf(options, test),
    );
    return resultOf(subject, await conversation.run());
  };
  const results = await Promise.all(Array.from({ length: opening.streams ?? 1 }, (_, nth) => runOne(nth)));
  open.destroy();
  return results.reduce((worst, result) =>
    worse(worst.verdict, result.verdict) === worst.verdict ? worst : result,
  );
}

/**
 * A case as it is on one of its streams: each has messages of its own, so that none can be taken
 * for another's.
 */
function ofStream(test: Case, nth: number): Case {
  return JSON.parse(JSON.stringify(test).replaceAll('{stream}', String(nth))) as Case;
}
