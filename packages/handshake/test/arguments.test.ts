// Whatever a caller gives in place of what is wanted, and wherever, is answered with a code and a sentence, or makes no difference.
import { describe, expect, test } from 'vitest';
import * as connect from '../src/connect.js';
import * as values from '../src/header-values.js';
import * as heads from '../src/heads.js';
import * as main from '../src/index.js';
import * as rules from '../src/policy.js';
import { ACCEPT, bytes, KEY, requestText } from './bytes.js';
import { madeUp } from './vectors.js';

const extension = madeUp({ name: 'x', rsv: 64, accepts: [''], offers: [''], confirms: [''] });
const head = {
  method: 'GET',
  url: '/chat',
  httpVersion: '1.1',
  rawHeaders: requestText()
    .split('\r\n')
    .slice(1, -2)
    .flatMap((line) => line.split(': ', 2)),
};
const request = main.checkRequest(head) as main.UpgradeRequest;
const fault = main.checkRequest({ ...head, method: 'PUT' });
const asked = main.createRequest('ws://a/', { random: (nonce) => nonce.set(Buffer.from(KEY, 'base64')) });
const accepted = ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', ACCEPT];
const answer = { statusCode: 101, statusMessage: '', httpVersion: '1.1', rawHeaders: accepted };
const list = [
  ':method',
  'CONNECT',
  ':protocol',
  'websocket',
  ':scheme',
  'https',
  ':authority',
  'a',
  ':path',
  '/',
];
const asking = connect.createConnect('wss://a/', true) as connect.ConnectRequest;
const connecting = connect.checkConnect([...list, 'sec-websocket-version', '13'], true);
const server = (): main.ServerHandshake => {
  const handshake = new main.ServerHandshake();
  handshake.receive(bytes(requestText()));
  return handshake;
};
const headers: [string, string][] = [['a', 'b']];
const acceptOptions = { protocols: ['a'], extensions: [extension], headers };
const rejectOptions = { status: 400, reason: 'r', headers, body: 'text' };
const offerOptions = {
  ...acceptOptions,
  origin: 'http://a',
  random: (nonce: Uint8Array): unknown => nonce.fill(1),
};
const limits = { maxHeadBytes: 1000, maxHeaders: 10 };

type Call = (...given: never[]) => unknown;
const made =
  (Class: new (...given: never[]) => object): Call =>
  (...given) =>
    Reflect.construct(Class, given);
function method<T extends object>(make: () => T, name: keyof T): Call {
  return (...given) => {
    const machine = make();
    return Reflect.apply(machine[name] as Call, machine, given);
  };
}

/** Every function and machine that is exported, and what it takes. */
const CALLS: Readonly<Record<string, readonly [Call, readonly unknown[]]>> = {
  requestHeadOf: [main.requestHeadOf, [{ method: 'GET', url: 'http://a/', headers: [['a', 'b']] }]],
  acceptRequest: [main.acceptRequest, [request, acceptOptions]],
  'acceptRequest, one protocol': [main.acceptRequest, [request, { protocol: () => undefined }]],
  rejectRequest: [main.rejectRequest, [rejectOptions]],
  rejectFault: [main.rejectFault, [fault]],
  createRequest: [main.createRequest, ['ws://a/', offerOptions]],
  checkRequest: [main.checkRequest, [head, { rejectEmptyLists: true }]],
  checkResponse: [main.checkResponse, [asked, answer]],
  isSameOrigin: [main.isSameOrigin, ['http://a', 'http://a']],
  ServerHandshake: [made(main.ServerHandshake), [{ ...limits, rejectEmptyLists: false }]],
  'ServerHandshake.receive': [method(() => new main.ServerHandshake(), 'receive'), [bytes('')]],
  'ServerHandshake.accept': [method(server, 'accept'), [acceptOptions]],
  'ServerHandshake.reject': [method(server, 'reject'), [rejectOptions]],
  ClientHandshake: [made(main.ClientHandshake), ['ws://a/', { ...offerOptions, ...limits, maxBodyBytes: 5 }]],
  'ClientHandshake.receive': [method(() => new main.ClientHandshake('ws://a/'), 'receive'), [bytes('')]],
  HeadObserver: [made(heads.HeadObserver), [limits]],
  'HeadObserver.receive': [method(() => new heads.HeadObserver(), 'receive'), [bytes('')]],
  confirmExtensions: [rules.confirmExtensions, [[{ name: 'x', parameters: [] }], [extension]]],
  negotiateExtensions: [rules.negotiateExtensions, [[{ name: 'x', parameters: [] }], [extension]]],
  allowOrigins: [rules.allowOrigins, [['http://a'], rejectOptions]],
  allowHosts: [rules.allowHosts, [['a'], rejectOptions]],
  allowPaths: [rules.allowPaths, [['/'], rejectOptions]],
  allowSameOrigin: [rules.allowSameOrigin, [rejectOptions]],
  requireProtocol: [rules.requireProtocol, [['a'], rejectOptions]],
  requireHeader: [rules.requireHeader, ['a', () => true, rejectOptions]],
  findRejection: [
    rules.findRejection,
    [request, [rules.allowPaths(['/']), rules.requireHeader('a', () => true, rejectOptions)]],
  ],
  createHandshakeFault: [rules.createHandshakeFault, ['KEY_INVALID', 5]],
  flattenHeaders: [values.flattenHeaders, [[['a', 'b']]]],
  headerValues: [values.headerValues, [['a', 'b'], 'a']],
  acceptKey: [values.acceptKey, [KEY]],
  generateKey: [values.generateKey, [(nonce: Uint8Array) => nonce.fill(0)]],
  isKey: [values.isKey, [KEY]],
  formatExtensions: [values.formatExtensions, [[{ name: 'x', parameters: [{ name: 'a', value: 'b' }] }]]],
  parseExtensions: [values.parseExtensions, [['x']]],
  parseProtocols: [values.parseProtocols, [['x']]],
  selectProtocol: [values.selectProtocol, [['x'], ['x']]],
  parseWebSocketUri: [values.parseWebSocketUri, ['ws://a/']],
  createConnect: [connect.createConnect, ['ws://a/', true, offerOptions]],
  checkConnectResponse: [connect.checkConnectResponse, [asking, [':status', '200']]],
  checkConnect: [connect.checkConnect, [list, true, { rejectEmptyLists: true }]],
  acceptConnect: [connect.acceptConnect, [connecting, acceptOptions]],
  rejectConnect: [connect.rejectConnect, [rejectOptions]],
  rejectConnectFault: [connect.rejectConnectFault, [fault]],
};

/** Symbols, numbers, and everything else that is something else. */
const JUNK: readonly unknown[] = [
  ...[
    undefined,
    null,
    5,
    Number.NaN,
    1n,
    true,
    '',
    'text',
    Symbol('s'),
    () => 5,
    {},
    [],
    [5],
    [[5]],
    [null],
    ['a'],
  ],
  ...[
    Object.create(null),
    { kind: 'fault' },
    { kind: 'request' },
    { rawHeaders: [5] },
    { rawHeaders: ['a'] },
  ],
  ...[
    new Map([['a', 5]]),
    new Headers({ a: 'b' }),
    new Request('http://a/'),
    new Response(),
    new Uint8Array(2),
  ],
  ...[
    { parameters: [] },
    [{}],
    [{ name: 'x' }],
    [{ name: 'x', parameters: [{}] }],
    new Proxy([], {}),
    /x/,
    new Date(),
  ],
];

/** What is thrown without a code. */
function bare(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return typeof code === 'string' && message.length > 10 ? undefined : error;
  }
  return undefined;
}

function replaced(list: readonly unknown[], at: number, value: unknown): unknown[] {
  return list.map((element, i) => (i === at ? value : element));
}

test('every function and class that is exported is here', () => {
  const exported = [connect, heads, main, rules, values].flatMap((entry) => Object.entries(entry));
  // For other files of the package.
  const internal = ['readExtensions', 'readProtocols', 'requireOffers', 'isParameters', 'writeExtensions'];
  const names = exported.flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  expect(names.filter((name) => CALLS[name] === undefined && !internal.includes(name))).toEqual([]);
});

describe.each(Object.entries(CALLS))('%s', (_, [call, right]) => {
  const given =
    (list: readonly unknown[]): (() => unknown) =>
    () =>
      call(...(list as never[]));

  test('what is right', () => {
    expect(given(right)).not.toThrow();
  });

  test('something else in place of an argument', () => {
    right.forEach((_, i) => {
      for (const junk of JUNK)
        expect(bare(given(replaced(right, i, junk))), `${i}: ${JUNK.indexOf(junk)}`).toBeUndefined();
    });
  });

  test('something else in place of a part of one', () => {
    right.forEach((argument, i) => {
      for (const name of Object.keys(Object(argument))) {
        if (argument instanceof Uint8Array) continue;
        for (const junk of JUNK) {
          const changed = Array.isArray(argument) ? [...argument] : { ...(argument as object) };
          Object.assign(changed, { [name]: junk });
          const isString = typeof argument === 'string';
          if (!isString)
            expect(
              bare(given(replaced(right, i, changed))),
              `${i}.${name}: ${JUNK.indexOf(junk)}`,
            ).toBeUndefined();
        }
      }
    });
  });
});

/** Each call that takes options, by where they are. */
const OPTIONS = ['acceptRequest', 'rejectRequest', 'createRequest', 'checkRequest', 'ServerHandshake']
  .concat('ServerHandshake.accept', 'ServerHandshake.reject', 'ClientHandshake', 'HeadObserver')
  .concat(
    'allowOrigins',
    'allowHosts',
    'allowSameOrigin',
    'allowPaths',
    'requireProtocol',
    'requireHeader',
    'createConnect',
    'checkConnect',
  )
  .concat('acceptConnect', 'rejectConnect');

describe.each(OPTIONS)('options of %s', (name) => {
  const [call, right] = CALLS[name]!;
  const options = right.at(-1) as Record<string, unknown>;
  const withOptions = (changed: unknown): unknown =>
    call(...(replaced(right, right.length - 1, changed) as never[]));

  test('a typo is refused, an inherited one too', () => {
    const refused = expect.objectContaining({
      code: 'OPTION_UNKNOWN',
      message: expect.stringContaining('headrs'),
    });
    expect(() => withOptions({ ...options, headrs: 5 })).toThrow(refused);
    expect(() => withOptions(Object.assign(Object.create({ headrs: 5 }), options))).toThrow(refused);
  });

  test('each is read once, inherited and computed ones too', () => {
    const reads = new Map<string, number>();
    class Computed {}
    for (const [key, value] of Object.entries(options)) {
      Object.defineProperty(Computed.prototype, key, {
        get() {
          reads.set(key, (reads.get(key) ?? 0) + 1);
          return value;
        },
      });
    }
    withOptions(new Computed());
    expect(new Set(reads.values())).toEqual(new Set([1]));
    const unread = Object.keys(options).filter((key) => !reads.has(key));
    // A CONNECT has no key.
    expect(unread).toEqual(name === 'createConnect' ? ['random'] : []);
  });
});
