/** Our two ends, by `connect` and `serve`, each through a relay that counts. */
import { setTimeout as wait } from 'node:timers/promises';
import { connect, serve } from '../../packages/sanssocket/dist/node.js';
import { headerOf, meter } from './meter.mjs';

/** Everything is compressed, with a context if the peer keeps one; the peer is given the time that it takes. */
export const OPTIONS = {
  compression: { threshold: 0 },
  maxMessageBytes: 1 << 26,
  pingIntervalMs: 600_000,
  closeTimeoutMs: 3_000,
};

/**
 * @param {import('sanssocket').WebSocketConnection} connection
 * @returns {import('./conversation.mjs').Talk}
 */
export function talkOn(connection) {
  return { connection, messages: [], pongs: [], peerClose: undefined, peerBytes: () => 0, answer: () => '' };
}

/**
 * @param {import('./conversation.mjs').Talk} talk
 * @returns {import('sanssocket').ConnectionHandlers}
 */
export function handlersOf(talk) {
  return {
    text: (text) => void talk.messages.push(text),
    binary: (bytes) => void talk.messages.push(bytes),
    pong: (payload) => void talk.pongs.push(payload.slice()),
    closeReceived(code, reason) {
      talk.peerClose = { code, reason };
    },
  };
}

/** @param {import('./meter.mjs').Line | undefined} line */
function agreedIn(line) {
  return headerOf(line?.callee.head ?? '', 'sec-websocket-extensions') ?? '';
}

/**
 * Our client.
 *
 * @param {number} port - of the server of others
 * @param {object} [options]
 * @param {string} [path]
 * @returns {Promise<{ open: () => Promise<import('./conversation.mjs').Talk>, close: () => void }>}
 */
export async function ourClient(port, options = {}, path = '/') {
  const relay = await meter(port);
  return {
    close: relay.close,
    async open() {
      /** @type {import('./conversation.mjs').Talk | undefined} */
      let talk;
      await connect(
        `ws://127.0.0.1:${relay.port}${path}`,
        (connection) => {
          talk = talkOn(connection);
          return handlersOf(talk);
        },
        { ...OPTIONS, openingTimeoutMs: 5_000, ...options },
      );
      if (talk === undefined) throw new Error('no connection');
      const line = relay.lines.at(-1);
      talk.peerBytes = () => line?.callee.bytes ?? 0;
      talk.answer = () => agreedIn(line);
      return talk;
    },
  };
}

/**
 * Our server.
 *
 * @param {(url: string) => { exited: () => boolean }} start - starts a client of others
 * @param {object} [options]
 * @returns {Promise<{ open: () => Promise<import('./conversation.mjs').Talk>, close: () => Promise<void> }>}
 */
export async function ourServer(start, options = {}) {
  /** @type {import('./conversation.mjs').Talk[]} */
  const opened = [];
  const server = await serve(
    { ...OPTIONS, port: 0, hostname: '127.0.0.1', origins: 'any', ...options },
    (connection) => {
      const talk = talkOn(connection);
      opened.push(talk);
      return handlersOf(talk);
    },
  );
  const relay = await meter(server.port);
  return {
    async open() {
      const client = start(`ws://127.0.0.1:${relay.port}/`);
      for (let tries = 0; opened.length === 0; tries++) {
        const status = /^HTTP\/1.1 ([2-5]\d\d)/.exec(relay.lines.at(-1)?.callee.head ?? '')?.[1];
        if (status !== undefined) throw new Error(`our server rejects it: ${status}`);
        if (tries > 1_000 || client.exited()) throw new Error('it does not connect');
        await wait(10);
      }
      const talk = /** @type {import('./conversation.mjs').Talk} */ (opened.pop());
      const line = relay.lines.at(-1);
      talk.peerBytes = () => line?.caller.bytes ?? 0;
      talk.answer = () => agreedIn(line);
      return talk;
    },
    async close() {
      relay.close();
      await server.close({ timeoutMs: 100 });
    },
  };
}
