/**
 * The load, a process of its own: connections that each keep some frames in flight. It compares
 * the first answers byte for byte, and from then on counts bytes, so that it costs little itself.
 *
 * Messages from the parent, each answered with one:
 *   {connect: {ports, connections, sizes}}    opens connections to every port; a batch is one frame of each size
 *   {run: {target, ms}}                       -> {messages, ms}
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { BINARY, makeFrame, makePayload, randomSource } from '../frames.mjs';

const REQUEST = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** One connection: writes its batch, waits for the echo of all of it, writes it again. */
class Line {
  /** Called when an echo is whole. @type {() => void} */
  onEcho = () => {};
  #socket;
  #batch;
  #expected;
  #received = 0;

  /**
   * @param {number} port
   * @param {Buffer} batch - frames to send
   * @param {Buffer} expected - the frames that answer them
   */
  constructor(port, batch, expected) {
    this.#batch = batch;
    this.#expected = expected;
    const buffer = Buffer.allocUnsafeSlow(65536);
    // Reads into memory it has: half the cost of a stream.
    const onread = { buffer, callback: (bytes) => this.#read(buffer.subarray(0, bytes)) };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
  }

  /**
   * Replaced when the handshake and the first answer are known to be right.
   *
   * @type {(chunk: Buffer) => void}
   */
  #read = () => {};

  async open() {
    this.#socket.write(REQUEST);
    const head = await this.#collect((bytes) => bytes.includes('\r\n\r\n'));
    assert.match(head.toString(), /^HTTP\/1.1 101 /);
    assert.ok(head.includes(ACCEPT), 'wrong accept key');
    this.#socket.write(this.#batch);
    const echo = await this.#collect((bytes) => bytes.length >= this.#expected.length);
    assert.ok(echo.equals(this.#expected), 'the echo differs');
    const { length } = this.#expected;
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

  /** @param {(bytes: Buffer) => boolean} whole */
  #collect(whole) {
    let bytes = Buffer.alloc(0);
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#read = (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (whole(bytes)) resolve(bytes);
      };
    });
  }
}

/** @type {Line[][]} */
let targets = [];
let batchMessages = 0;

async function open({ ports, connections, sizes }) {
  const random = randomSource(connections);
  const payloads = sizes.map((bytes) => makePayload('bytes', bytes, random));
  const key = () => Buffer.from(Uint32Array.of(random()).buffer);
  const batch = Buffer.concat(payloads.map((payload) => makeFrame(0x80 | BINARY, payload, key())));
  const expected = Buffer.concat(payloads.map((payload) => makeFrame(0x80 | BINARY, payload)));
  batchMessages = sizes.length;
  targets = ports.map((port) => Array.from({ length: connections }, () => new Line(port, batch, expected)));
  await Promise.all(targets.flat().map((line) => line.open()));
  return { ready: true };
}

/** Keeps all connections of a target busy, then lets each finish. */
function run({ target, ms }) {
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
        if (!stopping) line.send();
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
