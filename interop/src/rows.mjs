/** A row of the table: one implementation in one role. */
import { converse } from './conversation.mjs';
import { ourClient, ourServer } from './ends.mjs';
import { freePort, listening, start } from './programs.mjs';

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {'server' | 'client'} role
 * @property {string} version
 * @property {string} source
 * @property {string} date
 * @property {import('./conversation.mjs').Findings | { failed: string }} found
 */

/** @returns {string} such as 2026-01-31 */
export function today() {
  return new Date().toISOString().slice(0, 10);
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {import('./peers.mjs').Peer} peer
 * @param {'server' | 'client'} role
 * @param {string} version
 * @returns {Promise<{ row: Row, said: string }>}
 */
export async function rowOf(peer, role, version) {
  const { name, source, protocol } = peer;
  const options = protocol === undefined ? {} : { protocols: [protocol] };
  /** @type {ReturnType<typeof start>[]} */
  const programs = [];
  const begin = (/** @type {string} */ target) => {
    for (const program of programs.splice(0)) program.stop();
    const program = start(peer.command(target, 0), { ...peer.environment, URL: target });
    programs.push(program);
    return program;
  };
  /** @type {Awaited<ReturnType<typeof ourClient>> | Awaited<ReturnType<typeof ourServer>> | undefined} */
  let end;
  /** @type {Row['found']} */
  let found;
  try {
    if (role === 'server') {
      const port = await freePort();
      await listening(port, begin(String(port)));
      end = await ourClient(port, options);
    } else end = await ourServer(begin, options);
    found = await converse(end.open);
  } catch (error) {
    found = { failed: messageOf(error) };
  } finally {
    await end?.close();
  }
  const said = programs.map((program) => program.said()).join('');
  for (const program of programs) program.stop();
  return { row: { name, role, version, source, date: today(), found }, said };
}
