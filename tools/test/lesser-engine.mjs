// A program for a child process: takes away what the engine has, imports every entry point, sends and receives, and prints what came
// of it. Arguments: `results` or `refusals`, names of `LESSER`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const { URL } = globalThis;
const root = new URL('../../', import.meta.url);
const PACKAGES = ['mask', 'codec', 'handshake', 'deflate'];

/** Throws as a policy or a lack of memory does. */
function refuse() {
  throw new RangeError('refused by the test');
}

/** A class whose constructor works so many times, as memory lasts. */
function lasting(Class, times) {
  let left = times;
  return class extends Class {
    constructor(...given) {
      if (left-- === 0) refuse();
      super(...given);
    }
  };
}

function without(...names) {
  return () => {
    for (const name of names) Object.defineProperty(globalThis, name, { value: undefined });
  };
}

/** The platform's decoder as engines have it that know no options: they refuse `fatal`, or make nothing of it. */
function plainDecoder(refuses) {
  const decoder = new TextDecoder();
  return class {
    constructor(_label, options) {
      if (refuses && options?.fatal) throw new TypeError('fatal is not supported');
    }
    decode(bytes) {
      return decoder.decode(bytes);
    }
  };
}

/** What an engine may lack. */
export const LESSER = {
  'no WebAssembly': without('WebAssembly'),
  'no compiling': () => {
    WebAssembly.Module = refuse;
  },
  'no instance': () => {
    WebAssembly.Instance = refuse;
  },
  'an instance': () => {
    WebAssembly.Instance = lasting(WebAssembly.Instance, 1);
  },
  'two instances': () => {
    WebAssembly.Instance = lasting(WebAssembly.Instance, 2);
  },
  'no growth': () => {
    WebAssembly.Memory.prototype.grow = refuse;
  },
  'no TextDecoder': without('TextDecoder'),
  'no TextEncoder': without('TextEncoder'),
  'a TextDecoder that refuses fatal': () => {
    globalThis.TextDecoder = plainDecoder(true);
  },
  'a TextDecoder that ignores fatal': () => {
    globalThis.TextDecoder = plainDecoder(false);
  },
  'a TextEncoder without encodeInto': () => {
    const encoder = new TextEncoder();
    globalThis.TextEncoder = class {
      encode(text) {
        return encoder.encode(text);
      }
    };
  },
  'no crypto': without('crypto'),
  'nothing of the web': without(
    'AbortController',
    'AbortSignal',
    'Blob',
    'CloseEvent',
    'CompressionStream',
    'DecompressionStream',
    'DOMException',
    'ErrorEvent',
    'Event',
    'EventTarget',
    'MessageChannel',
    'MessageEvent',
    'ReadableStream',
    'Request',
    'Response',
    'TextDecoder',
    'TextEncoder',
    'TransformStream',
    'URL',
    'WebAssembly',
    'WritableStream',
    'atob',
    'crypto',
    'fetch',
    'performance',
    'queueMicrotask',
    'reportError',
    'setTimeout',
    'structuredClone',
  ),
};

/** Every file that a package's exports name. */
function entryPoints() {
  return PACKAGES.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(new URL(`packages/${name}/package.json`, root), 'utf8'));
    return Object.values(exports)
      .flatMap((target) => target.default ?? [])
      .filter((file) => file.endsWith('.js'))
      .map((file) => new URL(`packages/${name}/${file}`, root).href);
  });
}

const MIXED = 'a\u00e9\u20ac\u{1f600}\ufeff ';
/** Payloads of every kind of length, whole characters and not, right and wrong. */
const TEXTS = [0, 1, 5, 31, 33, 47, 64, 130, 1000, 5000, 40_000, 70_000, 200_000].flatMap((length) => [
  Buffer.alloc(length, 'sixteen bytes!! '),
  Buffer.alloc(length, MIXED),
  Buffer.concat([Buffer.alloc(length, MIXED), Buffer.of(0xed, 0xa0, 0x80)]),
  Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.alloc(length, 'x')]),
]);

function frame(first, payload, key) {
  const { length } = payload;
  const start =
    length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0];
  const head =
    length < 65_536
      ? start
      : [...start, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  if (key === undefined) return Buffer.of(first, ...head);
  head[0] |= 0x80;
  const masked = new Uint8Array(length);
  for (let i = 0; i < length; i++) masked[i] = payload[i] ^ key[i & 3];
  return Buffer.concat([Buffer.of(first, ...head, ...key), masked]);
}

const digest = (value) => createHash('sha256').update(value).digest('base64').slice(0, 12);

/** What a server that takes messages in one form makes of chunks. */
function received({ Connection }, messages, chunks) {
  const said = [];
  const say = (name, value) => said.push(`${name} ${value.length} ${digest(value)}`);
  let pieces = [];
  const methods = {
    whole: { text: (text) => say('text', text), binary: (bytes) => say('binary', bytes) },
    borrowed: { message: (opcode, span) => say(`message ${opcode}`, span.copy()) },
    streamed: {
      messageData: (span) => pieces.push(span.copy()),
      messageEnd() {
        say('pieces', Buffer.concat(pieces));
        pieces = [];
      },
    },
  };
  const close = ({ code, reason, fault }) => said.push(`${code} ${reason} ${fault?.code} ${fault?.offset}`);
  const connection = new Connection({ role: 'server' }, { ...methods[messages], close });
  for (const chunk of chunks) connection.receive(new Uint8Array(chunk));
  return said;
}

/** What a client writes. */
function sent({ Connection }, key, use) {
  const connection = new Connection({ role: 'client', generateMaskingKey: () => key }, {});
  use(connection);
  const output = [];
  for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend())
    output.push(chunk);
  return digest(Buffer.concat(output));
}

/** What every engine has to give the same of. */
async function results() {
  const codec = await import(new URL('packages/codec/dist/index.js', root).href);
  const { mask } = await import(new URL('packages/mask/dist/index.js', root).href);
  const { ClientHandshake, rejectRequest, ServerHandshake } = await import(
    new URL('packages/handshake/dist/index.js', root).href
  );
  const key = [0x37, 0xfa, 0x21, 0x3d];
  const lines = [];
  const inputs = TEXTS.flatMap((text) => {
    const [whole, binary, begin, end] = [0x81, 0x82, 0x01, 0x80].map((first) => frame(first, text, key));
    const cut = Math.floor(whole.length / 2);
    return [
      [whole, binary],
      [whole.subarray(0, cut), whole.subarray(cut)],
      [Buffer.concat([begin, whole])],
      [Buffer.concat([begin, end])],
    ];
  });
  for (const messages of ['whole', 'borrowed', 'streamed']) {
    for (const chunks of inputs) lines.push(received(codec, messages, chunks));
  }
  for (const bytes of TEXTS) {
    const text = bytes.toString('utf16le');
    lines.push(sent(codec, 0x3d21fa37, (client) => client.sendBinary(bytes)));
    for (const each of [text, bytes.toString(), `${text}\ud800`])
      lines.push(sent(codec, 0x3d21fa37, (client) => client.sendText(each)));
    const target = new Uint8Array(bytes.length + 3);
    mask(bytes, 0, bytes.length, target, 3, 0x3d21fa37);
    lines.push(digest(target));
  }
  lines.push(sent(codec, 1, (client) => client.close(1000, `gr\u00fc\u00dfe \u{1f600}`)));
  // Another connection's chunk within a sink: memory for a call is in use then.
  const inner = frame(0x82, Buffer.alloc(1000, 'inner'), key);
  const outer = new codec.Connection(
    { role: 'server' },
    { binary: () => lines.push(received(codec, 'messages', [inner])) },
  );
  outer.receive(Buffer.concat([inner, inner]));
  const client = new ClientHandshake('ws://a/\u0062', { random: (bytes) => bytes.fill(1) });
  lines.push(
    client.receive(Buffer.from('HTTP/1.1 401 gr\xfc\xdfe\r\nX: \xe9\xff\r\n\r\n', 'latin1')),
    client.refusal,
  );
  lines.push(digest(rejectRequest({ status: 400, body: 'gr\u00fc\u00dfe \u{1f600} \ud800' }).bytes));
  const request = new ServerHandshake().receive(
    Buffer.concat(
      [
        'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX: \xe9\xff',
        '\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      ].map((text) => Buffer.from(text, 'latin1')),
    ),
  );
  lines.push(request.request.headers);
  return lines;
}

/** What callers are told who ask for what the engine does not have. */
async function refusals() {
  const { Connection } = await import(new URL('packages/codec/dist/index.js', root).href);
  const { TransportWebSocket } = await import(
    new URL('packages/codec/dist/websocket/websocket.js', root).href
  );
  const { createRequest } = await import(new URL('packages/handshake/dist/index.js', root).href);
  const calls = [
    () => createRequest('ws://a/'),
    () => new Connection({ role: 'client' }, {}).sendText('a'),
    () => new TransportWebSocket({}),
  ];
  return calls.map((call) => {
    try {
      return call();
    } catch ({ name, code, message }) {
      return `${name} ${code}: ${message}`;
    }
  });
}

async function main([mode, ...names]) {
  for (const name of names) LESSER[name]();
  for (const entry of entryPoints()) await import(entry);
  process.stdout.write(JSON.stringify(await (mode === 'refusals' ? refusals() : results()), null, 1));
}

if (pathToFileURL(process.argv[1] ?? '').href === import.meta.url) await main(process.argv.slice(2));
export const program = fileURLToPath(import.meta.url);
