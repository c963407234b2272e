/**
 * The vectors on the ws package, over a transport in memory: `node examples/ws.mjs` prints how many it passes, and the first that
 * it answers otherwise.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { formatMismatches, RFC_ONLY, runConnectionVectors } from '@sanssocket/test-vectors';
import { WebSocket, WebSocketServer } from 'ws';

/** One end of a connection, as a socket: what is written to it is kept. */
class Transport extends Duplex {
  written = [];
  _read() {}
  _write(chunk, _encoding, done) {
    this.written.push(chunk);
    done();
  }
}

/** ws reports some turns after the bytes that made it. */
async function settled() {
  for (let turn = 0; turn < 4; turn++) await nextTurn();
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const accept = (key) =>
  createHash('sha1')
    .update(key + GUID)
    .digest('base64');

/** A server's end: ws is given a request, as by Node's HTTP server. */
function openServer(transport, options) {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, ...options });
  const headers = {
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-key': KEY,
    'sec-websocket-version': '13',
  };
  return new Promise((resolve) => {
    server.handleUpgrade({ method: 'GET', headers }, transport, Buffer.alloc(0), resolve);
  });
}

/** A client's end: its request is answered by hand. */
async function openClient(transport, options) {
  const socket = new WebSocket('ws://example/', {
    createConnection: () => transport,
    generateMask: (key) => key.fill(0),
    perMessageDeflate: false,
    ...options,
  });
  await settled();
  const key = /^sec-websocket-key: (.*)\r$/im.exec(Buffer.concat(transport.written).toString())[1];
  const opened = once(socket, 'open');
  const head = `HTTP/1.1 101 .\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(key)}\r\n\r\n`;
  transport.push(head);
  await opened;
  return socket;
}

/** @type {import('@sanssocket/test-vectors').EndpointFactory} */
export async function createEndpoint(role, { maxMessageBytes, maxFragments }) {
  const transport = new Transport();
  const open = role === 'server' ? openServer : openClient;
  const socket = await open(transport, {
    ...(maxMessageBytes !== undefined && { maxPayload: maxMessageBytes }),
    ...(maxFragments !== undefined && { maxFragments }),
  });
  transport.written = [];
  const output = () => Buffer.concat(transport.written);
  const events = [];
  let failed = false;
  let ended = false;
  socket.on('message', (data, isBinary) => {
    events.push(isBinary ? { type: 'binary', data } : { type: 'text', data: data.toString() });
  });
  socket.on('ping', (data) => events.push({ type: 'ping', data }));
  socket.on('pong', (data) => events.push({ type: 'pong', data }));
  socket.on('error', () => {
    failed = true;
  });
  socket.on('close', (code, reason) => {
    // Of a fault ws tells no status code; it has sent it, without a reason.
    if (failed) events.push({ type: 'fail', closeCode: output().subarray(-2).readUInt16BE() });
    else if (code !== 1006) {
      events.push({ type: 'close', code, reason: reason.toString() }, { type: 'end', clean: true, code });
    } else if (ended) events.push({ type: 'end', clean: false, code });
  });
  return {
    async receive(chunk) {
      transport.push(chunk);
      await nextTurn();
    },
    eof() {
      ended = true;
    },
    async events() {
      // ws tells how a connection ended once its socket is closed.
      await settled();
      transport.destroy();
      await settled();
      return events;
    },
    output,
    dispose: () => void transport.destroy(),
  };
}

/** Options that ws does not have: one limit of frames beside that of messages, reserved bits that nothing uses. */
const skip = ({ options = {} }) => options.maxFrameBytes !== undefined || options.rsv !== undefined;

/**
 * What ws 8.23 answers otherwise, by id, and why.
 *
 * @type {readonly (readonly [RegExp, string])[]}
 */
export const DIFFERENCES = [
  [/^lengths\/not-minimal\//, 'lengths that are not minimal are accepted (RFC 6455 section 5.2)'],
  [/^lengths\/top-bit\//, '1009 in place of 1002'],
  [/^utf8\/(fragments\/fault-never-final|fail-fast\/)/, 'text is judged when the message is whole'],
  [/^limits\/message\/text-fault-came-first/, 'text is judged when the message is whole'],
  [/^limits\/default\/|^lengths\/too-large\//, 'its own limit is 100 MiB'],
  [/^limits\/fragments\/two-bytes/, 'fragments are counted when the header is whole'],
  [
    /^precedence\/.*\/(length-top-bit|frame-too-large|message-too-large)/,
    'of two faults in one header the other is told',
  ],
];

/** The connection files. */
export const FILES = [
  ...['frames', 'lengths', 'control', 'close', 'utf8'],
  ...['fragmentation', 'masking', 'limits', 'precedence', 'eof'],
];

/**
 * Runs files.
 *
 * @param {readonly string[]} names
 * @param {import('@sanssocket/test-vectors').RunAllOptions} [options]
 */
export function runFiles(names, options = {}) {
  const folder = new URL('../vectors/', import.meta.url);
  const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')).vectors;
  return runConnectionVectors(names.flatMap(read), createEndpoint, { compare: RFC_ONLY, skip, ...options });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.slice(2);
  const { passed, failed, skipped, mismatches } = await runFiles(names.length > 0 ? names : FILES);
  const isKnown = ({ id }) => DIFFERENCES.some(([pattern]) => pattern.test(id));
  console.log(formatMismatches(mismatches.filter((mismatch) => !isKnown(mismatch))));
  console.log(`${passed.length} passed, ${failed.length} answered otherwise, ${skipped.length} not asked`);
  for (const [pattern, why] of DIFFERENCES) {
    const count = failed.filter((name) => pattern.test(name)).length;
    if (count > 0) console.log(`  ${count}: ${why}`);
  }
}
