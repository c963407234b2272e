/** What is said to every implementation, by our end, whichever of the two opened the connection. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** Lengths around the forms of a header, and one of several reads. */
const SIZES = [0, 1, 125, 126, 65_535, 65_536, 1_048_576];

/** The time for one answer; no implementation is that slow. */
const ANSWER_MS = 6_000;

/**
 * @typedef {object} Talk an open connection of ours, and what came
 * @property {import('sanssocket').WebSocketConnection} connection
 * @property {(string | Uint8Array)[]} messages
 * @property {Uint8Array[]} pongs
 * @property {{ code: number, reason: string } | undefined} peerClose
 * @property {() => number} peerBytes - bytes that the peer has sent
 * @property {() => string} answer - the head of the response
 */

/**
 * @typedef {object} Findings
 * @property {string[]} wrong - messages that did not come back as they were sent
 * @property {number} right
 * @property {string} fragments
 * @property {string} ping
 * @property {string} compression
 * @property {string} ourClose - how a connection ends that our end closes with 1000
 * @property {string} theirClose - how one ends that the peer closes with 4001
 */

/**
 * @param {() => boolean} condition
 * @param {number} [ms]
 */
async function until(condition, ms = ANSWER_MS) {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) return false;
    await wait(2);
  }
  return true;
}

/**
 * The next message, an exception where there is none.
 *
 * @param {Talk} talk
 */
async function next({ connection, messages }) {
  const came = await until(() => messages.length > 0 || connection.closed);
  const message = messages.shift();
  if (message !== undefined) return message;
  throw new Error(came ? `closed: ${endOf(connection)}` : 'no answer');
}

/** @param {import('sanssocket').WebSocketConnection} connection */
function endOf({ connection }) {
  const { code, reason, wasClean, fault } = connection.closeInfo ?? {
    code: 1006,
    reason: '',
    wasClean: false,
  };
  const named = fault === undefined ? '' : ` ${fault.code}`;
  return `${code}${reason === '' ? '' : ` ${reason}`}${wasClean ? '' : ', not clean'}${named}`;
}

/** @param {string | Uint8Array} message */
function described(message) {
  if (typeof message !== 'string') return `binary of ${message.length} bytes`;
  return `text of ${message.length}`;
}

/**
 * @param {string | Uint8Array} a
 * @param {string | Uint8Array} b
 */
function isSame(a, b) {
  return typeof a === 'string' ? a === b : typeof b !== 'string' && Buffer.compare(a, b) === 0;
}

/**
 * @param {Talk} talk
 * @param {string | Uint8Array} message
 * @returns {Promise<string>} what is wrong; the empty string if nothing is
 */
async function echoed(talk, message) {
  if (typeof message === 'string') talk.connection.sendText(message);
  else talk.connection.sendBinary(message);
  const answer = await next(talk);
  return isSame(message, answer) ? '' : `${described(answer)} instead of ${described(message)}`;
}

/**
 * A text in three fragments that part a letter, with a Ping between; once more compressed, if that is agreed on.
 *
 * @param {Talk} talk
 */
async function fragments(talk) {
  const { connection } = talk;
  const text = 'fragmentär';
  const bytes = new TextEncoder().encode(text);
  for (const compress of talk.answer().includes('permessage-deflate') ? [false, true] : [false]) {
    const writer = connection.connection.textWriter({ compress });
    writer.write(bytes.subarray(0, 4));
    connection.flush();
    connection.ping(Uint8Array.of(1));
    writer.write(bytes.subarray(4, 9));
    connection.flush();
    writer.end(bytes.subarray(9));
    connection.flush();
    const answer = await next(talk).catch((/** @type {Error} */ error) => error);
    const which = compress ? ', compressed' : '';
    if (answer instanceof Error) return `${answer.message}${which}`;
    if (answer !== text) return `${described(answer)}: ${String(answer).slice(0, 12)}${which}`;
  }
  return 'yes';
}

/** @param {Talk} talk */
async function ping({ connection, pongs }) {
  const payload = randomBytes(125);
  connection.ping(payload);
  await until(() => connection.closed || pongs.some((pong) => Buffer.compare(pong, payload) === 0));
  return pongs.some((pong) => Buffer.compare(pong, payload) === 0) ? 'yes' : 'no';
}

/** The same letters three times: with a context, the second and the third are short. @param {Talk} talk */
async function compression(talk) {
  const agreed = /permessage-deflate[^,\r]*/.exec(talk.answer())?.[0];
  if (agreed === undefined) return 'none';
  const letters = Array.from(randomBytes(2_000), (byte) => 'acgt'[byte & 3]).join('');
  const sizes = [];
  for (let i = 0; i < 3; i++) {
    const before = talk.peerBytes();
    const wrong = await echoed(talk, letters);
    if (wrong !== '') throw new Error(wrong);
    sizes.push(talk.peerBytes() - before);
  }
  for (const empty of ['', new Uint8Array(0)]) {
    const wrong = await echoed(talk, empty);
    if (wrong !== '') throw new Error(wrong);
  }
  const [first = 0, second = 0] = sizes;
  if (second < 200) return 'with takeover';
  return first < letters.length && second < letters.length ? 'without takeover' : 'agreed on, sends plain';
}

/** @param {Talk} talk */
async function ourClose({ connection }) {
  const start = Date.now();
  connection.close(1000, 'bye');
  if (!(await until(() => connection.closed))) return 'TCP is not ended';
  const ms = Date.now() - start;
  return `${endOf(connection)}${ms > 2_000 ? ', after our time limit' : ''}`;
}

/** @param {Talk} talk */
async function theirClose(talk) {
  talk.connection.sendText('close');
  if (!(await until(() => talk.connection.closed))) return 'none';
  const { peerClose } = talk;
  if (peerClose === undefined) return `none: ${endOf(talk.connection)}`;
  return endOf(talk.connection);
}

/**
 * @param {() => Promise<Talk>} open - a connection; a new one after a step that ended the last
 * @returns {Promise<Findings>}
 */
export async function converse(open) {
  /** @type {Talk | undefined} */
  let talk;
  /**
   * @param {(talk: Talk) => Promise<string>} step
   * @returns {Promise<string>}
   */
  const run = async (step) => {
    try {
      talk = talk === undefined || talk.connection.closed ? await open() : talk;
      const result = await step(talk);
      // What a wrong answer has left behind is not taken for the next one.
      if (result !== '' && result !== 'yes') {
        talk.connection.terminate();
        talk = undefined;
      }
      return result;
    } catch (error) {
      talk?.connection.terminate();
      talk = undefined;
      return `fails: ${error instanceof Error ? error.message : error}`;
    }
  };
  // Without this one there is nothing to be said.
  talk = await open();
  /** @type {string[]} */
  const wrong = [];
  let right = 0;
  for (const size of SIZES) {
    for (const message of ['aé'.repeat(size).slice(0, size), randomBytes(size)]) {
      const failure = await run((to) => echoed(to, message));
      if (failure === '') right++;
      else wrong.push(`${described(message)}: ${failure.replace('fails: ', '')}`);
    }
  }
  return {
    wrong,
    right,
    fragments: await run(fragments),
    ping: await run(ping),
    compression: await run(compression),
    ourClose: await run(ourClose),
    theirClose: await run(theirClose),
  };
}
