/** One case over streams of HTTP/2 (RFC 8441). */
import type { ClientHttp2Session } from 'node:http2';
import { Conversation } from '../conversation/conversation.js';
import { faultResult, openingResult, Recorder, resultOf, type Subject } from '../conversation/record.js';
import { judgeAnswer, worse } from '../conversation/verdict.js';
import type { Case, ConnectOpening } from '../model/case.js';
import type { CaseResult } from '../model/result.js';
import { openSession, openStream } from '../opening/as-client.js';
import { openingFault } from '../opening/faults.js';
import type { Opened } from '../opening/opened.js';
import type { Address, TlsTrust } from '../wire/link.js';
import { openTimeout, patienceOf, type RunOptions } from './options.js';

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
export async function runConnectCase(
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
