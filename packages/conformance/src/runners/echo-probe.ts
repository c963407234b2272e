/** The first connection of a run: whether there is a server, and whether it echoes. */
import { makeCase, NORMAL, right, send, textEvent, textFrame } from '../cases/build.js';
import type { Case, StandardOpening } from '../model/case.js';
import type { CaseResult } from '../model/result.js';
import { addressOf } from '../wire/link.js';
import type { RunOptions } from './options.js';
import { type ObservedRun, overTcp, type ServerTarget } from './server-case.js';

/**
 * A server that cannot be tested.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { once } from 'node:events';
 * import { createServer, type AddressInfo } from 'node:net';
 * import { NotAnEchoServer, runServerCases } from '@sanssocket/conformance';
 *
 * const server = createServer().listen(0, '127.0.0.1');
 * await once(server, 'listening');
 * const { port } = server.address() as AddressInfo;
 * server.close();
 * await assert.rejects(runServerCases({ url: `ws://127.0.0.1:${port}/` }), NotAnEchoServer);
 * ```
 */
export class NotAnEchoServer extends Error {
  /** The result of the first try. */
  readonly result: CaseResult;
  /**
   * @param result - of the case that shows it
   * @param consequence - why that ends everything
   */
  constructor(result: CaseResult, consequence: string = NO_ECHO) {
    super(`${result.explanation} ${consequence}`);
    this.name = 'NotAnEchoServer';
    this.result = result;
  }
}

const NO_ECHO = 'The server does not echo, and only a server that echoes can be tested.';
const LATE = `${NO_ECHO} If it is only slow, it needs more time (--timeout).`;
const NOBODY = 'Nothing can be tested.';
const REFUSED =
  'Nothing can be tested. The server may want another path, a subprotocol (--protocol) or an Origin (--origin).';
const SILENT = 'Nothing can be tested. If the server is only slow, it needs more time (--timeout).';

/** Small letters and capitals, so that a server that changes them is noticed. */
const TEXT = 'Is there an ECHO? One that gives back each Letter, 0 to 9.';

const probe: Case & { readonly opening: StandardOpening } = {
  ...makeCase({
    id: 'echo',
    section: '5.6',
    sentence: 'A text is echoed.',
    sent: 'A text.',
    right: 'The text is echoed.',
    wrong: 'The text does not come back as it was.',
    steps: [send([textFrame(TEXT)])],
    outcomes: [right(NORMAL, textEvent(TEXT))],
  }),
  opening: { kind: 'standard' },
};

/**
 * Sends one message, and sees whether it comes back. A server that breaks a rule in doing so is one
 * to be tested.
 *
 * @param target - the server
 * @param options - patience
 * @throws NotAnEchoServer if it does not, or there is nobody to send it to
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { once } from 'node:events';
 * import { createServer, type AddressInfo } from 'node:net';
 * import { checkEcho } from '@sanssocket/conformance';
 *
 * const server = createServer().listen(0, '127.0.0.1');
 * await once(server, 'listening');
 * const { port } = server.address() as AddressInfo;
 * server.close();
 * const url = `ws://127.0.0.1:${port}/`;
 * await assert.rejects(checkEcho({ url }), /No connection could be made/);
 * ```
 */
export async function checkEcho(target: ServerTarget, options: RunOptions = {}): Promise<void> {
  const quiet = { ...options, onLog: undefined, onHandshake: undefined };
  const { result, opened, observation } = await overTcp(
    target,
    addressOf(target.url),
    probe,
    probe.opening,
    quiet,
  );
  if (opened === undefined) throw new NotAnEchoServer(result, NOBODY);
  if (opened.state === 'silent') throw new NotAnEchoServer(result, SILENT);
  if (opened.state === 'refused') throw new NotAnEchoServer(result, REFUSED);
  if (isAnEcho(observation)) return;
  throw new NotAnEchoServer(result, observation?.timeout === 'case' ? LATE : NO_ECHO);
}

/** A fault in a handshake that was accepted, or in frames, is for the cases to tell of. */
function isAnEcho(observation: ObservedRun['observation']): boolean {
  if (observation === undefined || observation.endpoint.faults.length > 0) return true;
  const { events } = observation.endpoint;
  return events.length === 1 && events[0]!.type === 'text' && Buffer.from(events[0]!.payload).equals(WANTED);
}

const WANTED = Buffer.from(TEXT);
