/** One case over streams of HTTP/2. */
import type { Case, ConnectOpening } from '../model/case.js';
import type { CaseResult } from '../model/result.js';
import type { Address } from '../transport/connect.js';
import type { RunOptions } from './options.js';
import type { ServerTarget } from './server-case.js';

/** Runs it. */
export async function runConnectCase(
  _target: ServerTarget,
  _address: Address,
  _test: Case,
  _opening: ConnectOpening,
  _options: RunOptions,
): Promise<CaseResult> {
  throw new Error('soon');
}
