/**
 * Mixed traffic, as a process sees it that is server and client at once: every form of messages,
 * every size, text, binary, control frames, fragments, prepared messages, faults, `Buffer` and
 * `Uint8Array` chunks, whole and cut.
 *
 *   node --allow-natives-syntax --expose-gc --trace-opt --trace-deopt traffic.mjs WARM_UP_ROUNDS STEADY_ROUNDS COLLECTIONS
 *
 * V8 writes its log to standard output; the functions `steadyStateBegins` and `collectionsBegin` in
 * it mark the end of the warm-up, and the first of the full collections between rounds.
 */
import { Connection, ConnectionConfig, PreparedMessage } from '@sanssocket/codec';
import { ClientHandshake, ServerHandshake } from '@sanssocket/handshake';
import { mask, maskInPlace } from '@sanssocket/mask';
import { makeFrame, makePayload, randomSource } from '../frames.mjs';

const random = randomSource(2024);
const SIZES = [0, 5, 16, 60, 125, 300, 1024, 5000, 20000, 70000];

// Natives, so that the log has a mark in the right place and this file's own loops never swallow
// a function of the packages.
const native = (name) => new Function('f', `%${name}(f)`);
const neverOptimize = native('NeverOptimizeFunction');
const prepareForOptimization = native('PrepareFunctionForOptimization');
const optimizeNow = native('OptimizeFunctionOnNextCall');

let heard = 0;
const count = () => {
  heard++;
};

/**
 * Handlers by the form in which they take messages; those of a form have one shape, as in a
 * server.
 */
const FORMS = {
  whole: () => ({ text: count, binary: count, ...control() }),
  borrowed: () => ({ message: count, ...control() }),
  streamed: () => ({ messageStart: count, messageData: count, messageEnd: count, ...control() }),
};

const control = () => ({
  ping: count,
  pong: count,
  closeReceived: count,
  close: count,
});

const texts = SIZES.flatMap((bytes) => [
  String(makePayload('ascii', bytes, random)),
  String(makePayload('mixed', bytes + 16, random)),
]);
const binaries = SIZES.flatMap((bytes) => {
  const payload = makePayload('bytes', bytes, random);
  return [payload, new Uint8Array(payload)];
});
const prepared = [PreparedMessage.text('to all of you'), PreparedMessage.binary(binaries[8])];
const faults = [
  makeFrame(0x83, binaries[2], Buffer.alloc(4)),
  makeFrame(0x81, Buffer.from([0xff, 0xfe]), Buffer.from([1, 2, 3, 4])),
  Buffer.from([0x81, 0x05]),
];

/**
 * @type {[ConnectionConfig, ConnectionConfig, () => object][]} servers, clients and their
 * handlers
 */
const configs = Object.values(FORMS).flatMap((makeHandlers) =>
  [true, false].map((transferInput) => [
    new ConnectionConfig({ role: 'server', transferInput }),
    new ConnectionConfig({
      role: 'client',
      transferInput,
      allocate: (bytes) => Buffer.allocUnsafe(bytes),
    }),
    makeHandlers,
  ]),
);

/**
 * Moves the output of one end to the other, now as a Buffer, now as an array; now whole, now cut.
 */
function transfer(from, to) {
  for (let chunk = from.dataToSend(); chunk !== undefined; chunk = from.dataToSend()) {
    // The chunk may be given away, so the receiver gets bytes of its own.
    const bytes = random() & 1 ? Buffer.from(chunk) : new Uint8Array(chunk);
    if (random() & 1) to.receive(bytes);
    else {
      const step = 1 + (random() % bytes.length);
      for (let at = 0; at < bytes.length; at += step) to.receive(bytes.subarray(at, at + step));
    }
  }
}

/** Both ends say something of everything. */
function converse(a, b) {
  for (let i = 0; i < 20; i++) {
    a.sendText(texts[random() % texts.length]);
    a.sendBinary(binaries[random() % binaries.length]);
    if (i % 4 === 0) a.ping(binaries[2]);
    if (i % 5 === 0) a.sendPrepared(prepared[i & 1]);
    if (i % 10 === 0) fragments(a);
    if (random() & 1) transfer(a, b);
    if (random() & 1) transfer(b, a);
  }
  transfer(a, b);
  transfer(b, a);
}

function fragments(connection) {
  const text = connection.textWriter();
  text.write('first, ');
  connection.ping();
  text.write('second, ');
  text.end('third');
  const binary = connection.binaryWriter();
  for (let i = 0; i < 10; i++) binary.write(binaries[4]);
  binary.end(binaries[4]);
}

function openingHandshake(i) {
  const client = new ClientHandshake('ws://example.com/chat', { protocols: ['a', 'b'] });
  const server = new ServerHandshake();
  const request = i & 1 ? Buffer.from(client.request.bytes) : client.request.bytes;
  server.receive(request.subarray(0, i % request.length));
  server.receive(request.subarray(i % request.length));
  const { bytes } = server.accept({ protocols: ['b'] });
  client.receive(i & 1 ? Buffer.from(bytes) : bytes);
}

function round(i) {
  for (const [serverConfig, clientConfig, makeHandlers] of configs) {
    const server = new Connection(serverConfig, makeHandlers());
    const client = new Connection(clientConfig, makeHandlers());
    converse(server, client);
    converse(client, server);
    if (i % 4 === 0) server.receive(faults[random() % faults.length]);
    else client.close(1000, 'bye');
    transfer(client, server);
    transfer(server, client);
    server.receiveEof();
    client.receiveEof();
  }
  for (let k = 0; k < 20; k++) openingHandshake(i + k);
  const bytes = binaries[random() % binaries.length].slice();
  mask(bytes, 0, bytes.length, bytes, 0, i);
  maskInPlace(bytes, i);
}

/**
 * Connections that live as long as the process: a server has some when it collects. Classes of
 * which these hold no object are short-lived ones.
 */
const lasting = configs.map(([serverConfig, clientConfig, makeHandlers]) => [
  new Connection(serverConfig, makeHandlers()),
  new Connection(clientConfig, makeHandlers()),
]);

/** Rounds between two full collections: V8 optimises again that it has thrown away. */
const ROUNDS_A_COLLECTION = 20;

function steadyStateBegins() {
  heard++;
}

function collectionsBegin() {
  heard++;
}

/** Writes a function's name to the log. */
function mark(own) {
  prepareForOptimization(own);
  own();
  optimizeNow(own);
  own();
}

for (const own of [transfer, converse, fragments, openingHandshake, round, count, control])
  neverOptimize(own);
const [warmUpRounds, steadyRounds, collections] = process.argv.slice(2).map(Number);
for (let i = 0; i < warmUpRounds; i++) {
  round(i);
  // Concurrent compilations come into force.
  if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}
mark(steadyStateBegins);
for (let i = 0; i < steadyRounds; i++) round(i);
mark(collectionsBegin);
for (let i = 0; i < collections; i++) {
  globalThis.gc();
  for (const [server, client] of lasting) converse(server, client);
  for (let k = 0; k < ROUNDS_A_COLLECTION; k++) round(k);
  await new Promise((resolve) => setImmediate(resolve));
}
if (heard === 0) throw new Error('nothing was heard');
