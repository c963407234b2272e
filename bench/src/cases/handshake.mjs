/**
 * The opening handshake, bytes to bytes, against websocket-driver, the peer that has one without
 * sockets.
 */
import { ClientHandshake, ServerHandshake } from '@sanssocket/handshake';
import websocket from 'websocket-driver';
import DriverClient from 'websocket-driver/lib/websocket/driver/client.js';
import { perOperation } from '../runner.mjs';
import { assertSame } from '../tally.mjs';

const URL = 'ws://server.example.com/chat?room=1';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** Chromium's request. */
const REQUEST = head(
  'GET /chat?room=1 HTTP/1.1',
  'Host: server.example.com',
  'Connection: Upgrade',
  'Pragma: no-cache',
  'Cache-Control: no-cache',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Upgrade: websocket',
  'Origin: http://server.example.com',
  'Sec-WebSocket-Version: 13',
  'Accept-Encoding: gzip, deflate',
  'Accept-Language: en-GB,en;q=0.9',
  'Cookie: session=0123456789abcdef0123456789abcdef',
  `Sec-WebSocket-Key: ${KEY}`,
);

const RESPONSE = head(
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${ACCEPT}`,
);

/** @param {...string} lines */
function head(...lines) {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Handshakes a pass. */
const BATCH = 20;

/** @returns {import('../runner.mjs').Subject} */
function prepareServer() {
  const ours = () => {
    const handshake = new ServerHandshake();
    const event = handshake.receive(REQUEST);
    if (event?.kind !== 'request') throw new Error('refused');
    return handshake.accept().bytes;
  };
  const theirs = () => {
    const driver = websocket.server();
    let response;
    driver.io.on('data', (bytes) => {
      response = bytes;
    });
    driver.on('connect', () => {
      if (websocket.isWebSocket(driver)) driver.start();
    });
    driver.io.write(REQUEST);
    return response;
  };
  return subject(ours, theirs, () => assertSame([ours()], [theirs()], [RESPONSE]));
}

/** @returns {import('../runner.mjs').Subject} */
function prepareClient() {
  const random = Buffer.from(KEY, 'base64');
  // The same key on both sides, so that one response fits; drawing a random one is on neither
  // side's time.
  DriverClient.generateKey = () => KEY;
  const options = { random: (bytes) => bytes.set(random) };
  const ours = () => {
    const handshake = new ClientHandshake(URL, options);
    const { bytes } = handshake.request;
    if (handshake.receive(RESPONSE)?.kind !== 'accepted') throw new Error('refused');
    return bytes;
  };
  const theirs = () => {
    const driver = websocket.client(URL);
    let request;
    let opened = false;
    driver.io.on('data', (bytes) => {
      request = bytes;
    });
    driver.on('open', () => {
      opened = true;
    });
    driver.start();
    driver.io.write(RESPONSE);
    if (!opened) throw new Error('refused');
    return request;
  };
  return subject(ours, theirs, () => {
    const expected = head(
      'GET /chat?room=1 HTTP/1.1',
      'Host: server.example.com',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${KEY}`,
      'Sec-WebSocket-Version: 13',
    );
    assertSame([ours()], [theirs()], [expected]);
  });
}

/**
 * @param {() => unknown} ours
 * @param {() => unknown} theirs
 * @param {() => void} verify
 * @returns {import('../runner.mjs').Subject}
 */
function subject(ours, theirs, verify) {
  const batch = (once) => () => {
    let last;
    for (let i = 0; i < BATCH; i++) last = once();
    return last;
  };
  return { ours: perOperation(batch(ours), BATCH), theirs: perOperation(batch(theirs), BATCH), verify };
}

/** @type {import('../runner.mjs').Case[]} */
export const handshakeCases = [
  { id: 'handshake/server', target: 4, prepare: prepareServer },
  { id: 'handshake/client', target: 2, prepare: prepareClient },
].map((row) => ({ ...row, peer: 'websocket-driver', unit: 'ns/handshake' }));
