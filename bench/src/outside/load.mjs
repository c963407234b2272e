/**
 * The load, a process of its own: connections that each keep some messages in flight. It compares
 * the first answers byte for byte, and from then on counts bytes, so that it costs little itself.
 *
 * Messages from the parent, each answered with one:
 *   {connect: Load & {ports}}       opens connections to every port; a batch is the messages in flight on each
 *   {run: {target, ms | messages}}  -> {messages, ms}; ends after so many milliseconds, or messages
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { BINARY, makeFrame, makePayload, PING, PONG, randomSource, TEXT } from '../frames.mjs';

/**
 * @typedef {object} Load
 * @property {number} connections
 * @property {number} inFlight - messages on each
 * @property {number | number[]} bytes - of each message, or of one after the other
 * @property {'bytes' | 'ascii'} kind
 * @property {boolean} [early] - whether the first messages come in one write with the request
 * @property {boolean} [idle] - nothing is sent behind the first messages; Pings are answered
 * @property {'socket.io'} [opening] - the protocol that is spoken before the first messages, and wraps each
 */

const requestFor = (path) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n');

const REQUEST = requestFor('/');
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** A masking key that changes nothing. */
const NO_MASK = Buffer.alloc(4);

const HEAD_END = '\r\n\r\n';

const SOCKET_IO_REQUEST = requestFor('/socket.io/?EIO=4&transport=websocket');

/** An event of Socket.IO's that is echoed as it is. */
function socketIoEvent(payload) {
  return Buffer.from(`42["m",${JSON.stringify(Buffer.from(payload).toString('hex'))}]`);
}

/** Connections that are opened at once: fewer than may wait to be accepted. */
const OPENED_AT_ONCE = 50;

/**
 * Ends of connections to one port have to differ. One address has 28,000 ports, and the kernel looks
 * long for a free one where many are taken. All of 127.0.0.0/8 is this machine.
 */
const ADDRESSES = 100;

/** One connection: writes its batch, waits for the echo of all of it, writes it again. */
class Line {
  /** Called when an echo is whole. @type {() => void} */
  onEcho = () => {};
  #socket;
  #batch;
  #expected;
  #received = 0;

  /**
   * @param {object} peer - port and own address
   * @param {Buffer} batch - frames to send
   * @param {Buffer} expected - the frames that answer them
   */
  constructor(peer, batch, expected) {
    this.#batch = batch;
    this.#expected = expected;
    const buffer = Buffer.allocUnsafeSlow(Math.min(65536, Math.max(1024, expected.length)));
    // Reads into memory it has: half the cost of a stream.
    const onread = { buffer, callback: (bytes) => this.#read(buffer.subarray(0, bytes)) };
    this.#socket = connect({ ...peer, host: '127.0.0.1', noDelay: true, onread });
  }

  /**
   * Replaced when the handshake and the first answer are known to be right.
   *
   * @type {(chunk: Buffer) => void}
   */
  #read = () => {};

  /**
   * @param {boolean} early
   * @param {Load['opening']} opening
   */
  async open(early, opening) {
    const { length } = this.#expected;
    const request = opening === 'socket.io' ? SOCKET_IO_REQUEST : REQUEST;
    this.#socket.write(early ? Buffer.concat([Buffer.from(request), this.#batch]) : request);
    let answer = await this.#collect((bytes) => bytes.includes(HEAD_END));
    const headBytes = answer.indexOf(HEAD_END) + HEAD_END.length;
    const head = answer.subarray(0, headBytes).toString('latin1');
    assert.match(head, /^HTTP\/1.1 101 /);
    assert.ok(head.includes(ACCEPT), 'wrong accept key');
    answer = answer.subarray(headBytes);
    if (opening === 'socket.io') {
      // The server's handshake of Engine.IO, and its answer to the CONNECT of Socket.IO.
      if (!answer.includes('}')) await this.#collect((bytes) => bytes.includes('}'));
      this.#socket.write(makeFrame(0x80 | TEXT, Buffer.from('40'), Buffer.of(1, 2, 3, 4)));
      await this.#collect((bytes) => bytes.includes('40{') && bytes.includes('}'));
      answer = Buffer.alloc(0);
    }
    if (!early) this.#socket.write(this.#batch);
    if (answer.length < length) {
      const rest = await this.#collect((bytes) => answer.length + bytes.length >= length);
      answer = Buffer.concat([answer, rest]);
    }
    assert.ok(answer.equals(this.#expected), 'the echo differs');
    this.#read = (chunk) => {
      this.#received += chunk.length;
      if (this.#received < length) return;
      assert.equal(this.#received, length, 'more than the echo');
      this.#received = 0;
      this.onEcho();
    };
  }

  send() {
    this.#socket.write(this.#batch);
  }

  /** Answers Pings and no more; they come alone, and whole. */
  rest() {
    this.#read = (chunk) => {
      assert.equal(chunk[0], 0x80 | PING, 'not a Ping');
      this.#socket.write(makeFrame(0x80 | PONG, chunk.subarray(2), NO_MASK));
    };
  }

  /** @param {(bytes: Buffer) => boolean} whole */
  #collect(whole) {
    const chunks = [];
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.once('close', () => reject(new Error('the server closed the connection')));
      this.#read = (chunk) => {
        chunks.push(Buffer.from(chunk));
        const bytes = Buffer.concat(chunks);
        if (whole(bytes)) resolve(bytes);
      };
    });
  }
}

/** @type {Line[][]} */
let targets = [];
let batchMessages = 0;

/** @param {Load & { ports: number[] }} load */
async function open({ ports, connections, inFlight, bytes, kind, early = false, idle = false, opening }) {
  const random = randomSource(connections);
  const sizes = [bytes].flat();
  const payloads = Array.from({ length: inFlight }, (_, i) => {
    const payload = makePayload(kind, sizes[i % sizes.length], random);
    return opening === 'socket.io' ? socketIoEvent(payload) : payload;
  });
  const first = 0x80 | (kind === 'bytes' ? BINARY : TEXT);
  const key = () => Buffer.from(Uint32Array.of(random()).buffer);
  const batch = Buffer.concat(payloads.map((payload) => makeFrame(first, payload, key())));
  const expected = Buffer.concat(payloads.map((payload) => makeFrame(first, payload)));
  batchMessages = inFlight;
  targets = [];
  for (const port of ports) {
    const lines = [];
    while (lines.length < connections) {
      const some = Array.from({ length: Math.min(OPENED_AT_ONCE, connections - lines.length) }, (_, i) => {
        return new Line({ port, localAddress: `127.0.0.${1 + (i % ADDRESSES)}` }, batch, expected);
      });
      await Promise.all(some.map((line) => line.open(early, opening)));
      if (idle) for (const line of some) line.rest();
      lines.push(...some);
    }
    targets.push(lines);
  }
  return { ready: true };
}

/** Keeps all connections of a target busy, then lets each finish. */
function run({ target, ms = 0x7fff_ffff, messages = Number.POSITIVE_INFINITY }) {
  const lines = targets[target];
  return new Promise((resolve) => {
    const start = performance.now();
    let batches = 0;
    let open = lines.length;
    let stopping = false;
    const timer = setTimeout(() => {
      stopping = true;
    }, ms);
    for (const line of lines) {
      line.onEcho = () => {
        batches++;
        if (!stopping && batches * batchMessages < messages) line.send();
        else if (--open === 0) finish();
      };
      line.send();
    }
    function finish() {
      clearTimeout(timer);
      resolve({ messages: batches * batchMessages, ms: performance.now() - start });
    }
  });
}

process.on('disconnect', () => process.exit());
for (;;) {
  const [command] = await once(process, 'message');
  process.send(command.connect === undefined ? await run(command.run) : await open(command.connect));
}
