// What the web platform's tests of WebSocket look at (websockets/ of WPT, by folder), on this facade: everything but the
// constructor's URL and subprotocols, and what needs a document.
import { Buffer } from 'node:buffer';
import vm from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TransportWebSocket } from '../../src/websocket/websocket.js';
import {
  Bench,
  close1000,
  closing,
  elapse,
  masked,
  pair,
  settle,
  stopTime,
  text,
} from '../web-socket-bench.js';

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
const TYPES = ['open', 'message', 'error', 'close'] as const;
const { prototype } = TransportWebSocket;
const names = (error: string): unknown => expect.objectContaining({ name: error });

/** Calls with arguments that the types forbid. */
const loose = (socket: TransportWebSocket): Record<string, (...args: unknown[]) => unknown> =>
  socket as unknown as Record<string, (...args: unknown[]) => unknown>;

/** Sets what cannot be set, as a script that is not strict: nothing is thrown. */
const sloppily = (target: object, name: string, value: unknown): boolean => Reflect.set(target, name, value);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('idlharness', () => {
  it.each(Object.entries(CONSTANTS))('%s is a constant of class and prototype', (name, value) => {
    const descriptor = { value, writable: false, enumerable: true, configurable: false };
    for (const target of [TransportWebSocket, prototype]) {
      expect(Object.getOwnPropertyDescriptor(target, name)).toEqual(descriptor);
      expect(sloppily(target, name, 7)).toBe(false);
      expect(Reflect.deleteProperty(target, name)).toBe(false);
      expect(() => Object.defineProperty(target, name, { value: 7 })).toThrow(TypeError);
    }
    const { socket } = new Bench();
    expect(sloppily(socket, name, 7)).toBe(false);
    expect((socket as unknown as Record<string, number>)[name]).toBe(value);
  });

  it.each(['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol'])('%s is read-only', (name) => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    expect(descriptor).toEqual({
      get: expect.any(Function),
      set: undefined,
      enumerable: true,
      configurable: true,
    });
    const { socket } = new Bench({ url: 'wss://a/', protocol: 'p', extensions: 'e' });
    expect(Object.hasOwn(socket, name)).toBe(false);
    const before = Reflect.get(socket, name) as unknown;
    expect(sloppily(socket, name, 7)).toBe(false);
    expect(Reflect.deleteProperty(socket, name)).toBe(true);
    expect(Reflect.get(socket, name)).toBe(before);
    expect(() => Reflect.get(prototype, name)).toThrow(TypeError);
    expect(() => descriptor!.get!.call({})).toThrow(TypeError);
  });

  it.each(['binaryType', ...TYPES.map((type) => `on${type}`)])('%s can be read and set', (name) => {
    expect(Object.getOwnPropertyDescriptor(prototype, name)).toEqual({
      get: expect.any(Function),
      set: expect.any(Function),
      enumerable: true,
      configurable: true,
    });
    expect(Object.hasOwn(new Bench().socket, name)).toBe(false);
    expect(() => Reflect.get(prototype, name)).toThrow(TypeError);
    expect(() => Reflect.set(prototype, name, 'blob')).toThrow(TypeError);
  });

  it.each([
    ['send', 1],
    ['close', 0],
  ] as const)('%s is a method of %d required arguments', (name, length) => {
    expect(Object.getOwnPropertyDescriptor(prototype, name)).toEqual({
      value: expect.any(Function),
      writable: true,
      enumerable: true,
      configurable: true,
    });
    expect([prototype[name].name, prototype[name].length]).toEqual([name, length]);
    expect(() => Reflect.apply(prototype[name], {}, ['x'])).toThrow(TypeError);
    // interfaces/WebSocket/close/close-replace, send/008
    const { socket } = new Bench();
    expect(sloppily(socket, name, 5)).toBe(true);
    expect(Reflect.get(socket, name)).toBe(5);
  });

  it('is an EventTarget named WebSocket', () => {
    const { socket } = new Bench();
    expect(socket).toBeInstanceOf(EventTarget);
    expect(Object.prototype.toString.call(socket)).toBe('[object WebSocket]');
    expect(Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)).toEqual({
      value: 'WebSocket',
      writable: false,
      enumerable: false,
      configurable: true,
    });
    expect(Object.keys(socket)).toEqual([]);
  });

  it('its attributes can be redefined on the prototype, and it does not read them back', async () => {
    const saved = Object.getOwnPropertyDescriptor(prototype, 'readyState')!;
    Object.defineProperty(prototype, 'readyState', { get: () => 'foo', configurable: true });
    try {
      const bench = new Bench();
      await bench.receive(...text('a'));
      bench.socket.send('b');
      await bench.receive(...close1000);
      await bench.end();
      expect(bench.socket.readyState).toBe('foo');
      expect(bench.events).toEqual(['open', 'message a', 'close 1000']);
      expect(bench.output).toEqual([...masked(0x81, 0x62), ...masked(0x88, 0x03, 0xe8)]);
    } finally {
      Object.defineProperty(prototype, 'readyState', saved);
    }
  });

  it('a subclass with constants of its own changes nothing', async () => {
    class Odd extends TransportWebSocket {}
    Object.defineProperty(Odd, 'OPEN', { value: 5 });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const socket = new Odd({ readable, writable }, { role: 'client' });
    expect(socket.readyState).toBe(1);
    socket.close();
    expect(socket.readyState).toBe(2);
  });
});

describe('eventhandlers, interfaces/WebSocket/events', () => {
  it.each(TYPES)('on%s: objects are kept, the rest is null', (type) => {
    const socket = new Bench().socket as unknown as Record<string, unknown>;
    const name = `on${type}`;
    const handler = (): void => {};
    socket[name] = undefined;
    expect(socket[name]).toBeNull();
    for (const value of [1, 'string', true, undefined, null, Symbol('s'), 1n]) {
      socket[name] = handler;
      expect(socket[name]).toBe(handler);
      socket[name] = value;
      expect(socket[name]).toBeNull();
    }
    for (const value of [{}, [], { handleEvent: handler }, handler]) {
      socket[name] = value;
      expect(socket[name]).toBe(value);
    }
  });

  it('are null at first', () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const socket = new TransportWebSocket({ readable, writable });
    expect(TYPES.map((type) => socket[`on${type}`])).toEqual([null, null, null, null]);
  });

  it('an object that is no function is never called, and is no error', async () => {
    const errors: unknown[] = [];
    const report = (error: unknown): void => void errors.push(error);
    process.on('uncaughtException', report);
    const bench = new Bench();
    const handleEvent = vi.fn();
    bench.socket.onmessage = { handleEvent } as unknown as null;
    bench.socket.addEventListener('message', { handleEvent: () => bench.events.push('object') });
    await bench.receive(...text('a'));
    process.off('uncaughtException', report);
    expect([errors, handleEvent.mock.calls.length]).toEqual([[], 0]);
    expect(bench.events).toEqual(['open', 'object']);
  });

  it('a handler is a listener from when it is first set; another in its place stays there; null removes it', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const socket = new TransportWebSocket({ readable, writable });
    const order: string[] = [];
    const call = (): string[] => {
      order.length = 0;
      socket.dispatchEvent(new Event('message'));
      return [...order];
    };
    const push = (name: string) => () => void order.push(name);
    socket.onmessage = null;
    socket.addEventListener('message', push('a'));
    socket.onmessage = push('handler');
    socket.addEventListener('message', push('b'));
    expect(call()).toEqual(['a', 'handler', 'b']);
    socket.onmessage = push('another');
    expect(call()).toEqual(['a', 'another', 'b']);
    socket.onmessage = {} as unknown as null; // in its place, doing nothing
    expect(call()).toEqual(['a', 'b']);
    socket.onmessage = push('third');
    expect(call()).toEqual(['a', 'third', 'b']);
    socket.onmessage = null;
    expect(call()).toEqual(['a', 'b']);
    socket.onmessage = push('last');
    expect(call()).toEqual(['a', 'b', 'last']);
    // The same function may be a handler and a listener.
    const both = push('both');
    socket.onmessage = both;
    socket.addEventListener('message', both);
    expect(call()).toEqual(['a', 'b', 'both', 'both']);
    socket.removeEventListener('message', both);
    expect(call()).toEqual(['a', 'b', 'both']);
  });

  it('a handler that sets itself to null, or another, in its call', () => {
    const { socket } = new Bench();
    const order: string[] = [];
    socket.onmessage = () => {
      order.push('first');
      socket.onmessage = () => {
        order.push('second');
        socket.onmessage = null;
      };
    };
    for (let i = 0; i < 3; i++) socket.dispatchEvent(new Event('message'));
    expect(order).toEqual(['first', 'second']);
  });

  it('false from a handler cancels an event that can be, as does no other value', () => {
    const { socket } = new Bench();
    for (const [value, isCanceled] of [
      [false, true],
      [undefined, false],
      [null, false],
      [0, false],
      ['false', false],
    ] as const) {
      socket.onmessage = () => value;
      const event = new Event('message', { cancelable: true });
      expect([socket.dispatchEvent(event), event.defaultPrevented]).toEqual([!isCanceled, isCanceled]);
    }
  });

  it('listeners: capture, once, objects, signals, stopImmediatePropagation', () => {
    const { socket } = new Bench();
    socket.onmessage = null;
    const order: string[] = [];
    const controller = new AbortController();
    socket.addEventListener('message', () => order.push('once'), { once: true });
    socket.addEventListener('message', { handleEvent: ({ type }) => order.push(type) });
    socket.addEventListener('message', () => order.push('signal'), { signal: controller.signal });
    socket.addEventListener('message', (event) => event.stopImmediatePropagation());
    socket.addEventListener('message', () => order.push('never'));
    socket.dispatchEvent(new Event('message'));
    controller.abort();
    socket.dispatchEvent(new Event('message'));
    expect(order).toEqual(['once', 'message', 'signal', 'message']);
    // Node warns of it.
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(() => socket.addEventListener('message', null)).not.toThrow();
    warned.mockRestore();
  });

  it.each(TYPES)('%s: target, currentTarget, phase and this, in every listener', async (type) => {
    const bench = new Bench();
    const { socket } = bench;
    const seen: unknown[] = [];
    let last: Event | undefined;
    function look(this: unknown, event: Event): void {
      seen.push([this === socket, event.target === socket, event.currentTarget === socket, event.eventPhase]);
      last = event;
    }
    socket.addEventListener(type, look, true);
    socket[`on${type}`] = look;
    socket.addEventListener(type, (event) => look.call(socket, event));
    socket.addEventListener(type, look.bind(socket));
    await bench.receive(...text('a'));
    if (type === 'close') await bench.receive(...close1000);
    await bench.end();
    expect(seen).toEqual(Array.from({ length: 4 }, () => [true, true, true, 2]));
    expect([last!.target === socket, last!.currentTarget, last!.eventPhase]).toEqual([true, null, 0]);
  });

  it.each([
    ['open', 'Event'],
    ['message', 'MessageEvent'],
    ['error', 'Event'],
    ['close', 'CloseEvent'],
  ] as const)('%s is a plain %s: neither bubbles nor can be cancelled', async (type, name) => {
    const bench = new Bench({ url: 'wss://example.org/chat' });
    let event: (Event & Partial<MessageEvent & CloseEvent>) | undefined;
    bench.socket.addEventListener(type, (it: Event) => {
      event = it;
    });
    await bench.receive(...text('a'));
    await bench.end();
    // Node 20's MessageEvent calls itself an Event.
    const own = name === 'MessageEvent' ? new MessageEvent('message') : { [Symbol.toStringTag]: name };
    expect(Object.prototype.toString.call(event)).toBe(Object.prototype.toString.call(own));
    expect(event).toBeInstanceOf(Event);
    expect([event!.type, event!.bubbles, event!.cancelable, event!.defaultPrevented]).toEqual([
      type,
      false,
      false,
      false,
    ]);
    expect(event instanceof MessageEvent).toBe(type === 'message');
    if (type === 'message') {
      const { data, origin, lastEventId, source, ports } = event!;
      expect([data, origin, lastEventId, source, ports]).toEqual(['a', 'wss://example.org', '', null, []]);
    }
    if (type === 'close') {
      const { wasClean, code, reason } = event!;
      expect([wasClean, code, reason]).toEqual([false, 1006, '']);
      expect(sloppily(event!, 'code', 1)).toBe(false);
    }
  });

  it('an exception in a handler is reported, and the listeners behind it are called', async () => {
    const errors: unknown[] = [];
    const report = (error: unknown): void => void errors.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', report);
    const bench = new Bench();
    bench.socket.onmessage = () => {
      throw new Error('handler');
    };
    bench.socket.addEventListener('message', () => bench.events.push('listener'));
    await bench.receive(...text('a'), ...text('b'));
    process.off('uncaughtException', report);
    for (const other of others) process.on('uncaughtException', other);
    expect(errors.map(String)).toEqual(['Error: handler', 'Error: handler']);
    expect(bench.events).toEqual(['open', 'listener', 'listener']);
  });
});

describe('binaryType', () => {
  it('ignores what is no value of it, converted to a string', () => {
    const socket = new Bench().socket as unknown as { binaryType: unknown };
    for (const known of ['blob', 'arraybuffer']) {
      for (const value of ['', 'Blob', 'ArrayBuffer', 'nodebuffer', null, undefined, 1, {}]) {
        socket.binaryType = known;
        socket.binaryType = value;
        expect(socket.binaryType).toBe(known);
      }
    }
    socket.binaryType = { toString: () => 'blob' };
    expect(socket.binaryType).toBe('blob');
    expect(() => {
      socket.binaryType = Symbol('blob');
    }).toThrow(TypeError);
    expect(() => {
      socket.binaryType = {
        toString: () => {
          throw new RangeError('no');
        },
      };
    }).toThrow(RangeError);
  });
});

describe('binary messages', () => {
  it.each([
    ['by default', {}],
    ['of chunks handed over', { transferInput: true }],
    ['in memory of Node', { allocate: (bytes: number) => Buffer.allocUnsafe(bytes) }],
    ['in memory of Node, of chunks handed over', { transferInput: true, allocate: Buffer.allocUnsafe }],
  ])('%s: each has a buffer of its own, which may be transferred', async (_name, options) => {
    const benches = [new Bench(options), new Bench(options)];
    const buffers: ArrayBuffer[] = [];
    const lengths = [0, 1, 70, 200];
    for (const { socket } of benches) {
      socket.binaryType = 'arraybuffer';
      socket.onmessage = ({ data }) => buffers.push(data as ArrayBuffer);
    }
    const frames = lengths.flatMap((length) => [
      ...(length < 126 ? [0x82, length] : [0x82, 126, 0, length]),
      ...new Array<number>(length).fill(length),
    ]);
    const fragments = [0x02, 0, 0x80, 0, 0x02, 1, 9, 0x80, 0];
    for (const bench of benches) await bench.receive(...frames, ...fragments);
    const expected = [...lengths, 0, 1, ...lengths, 0, 1];
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual(expected);
    expect(new Set(buffers).size).toBe(expected.length);
    for (const [i, buffer] of buffers.entries()) {
      const byte = expected[i] === 1 && i % 6 === 5 ? 9 : expected[i];
      expect(new Uint8Array(buffer).every((it) => it === byte)).toBe(true);
      structuredClone(buffer, { transfer: [buffer] });
    }
  });

  it.each([
    ['no bytes, for all messages the same', new Uint8Array(0)],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(3)).fill(7)],
  ])('of an extension that gives %s: each has a buffer of its own, too', async (_name, decoded) => {
    const bench = new Bench({
      messageExtensions: [{ rsv: 0x40, encode: (piece) => piece, decode: () => decoded }],
    });
    const buffers: ArrayBuffer[] = [];
    bench.socket.binaryType = 'arraybuffer';
    bench.socket.onmessage = ({ data }) => buffers.push(data as ArrayBuffer);
    await bench.receive(0xc2, 1, 0, 0xc2, 1, 0);
    expect(new Set(buffers).size).toBe(2);
    for (const buffer of buffers) {
      expect(buffer).toBeInstanceOf(ArrayBuffer);
      expect([...new Uint8Array(buffer)]).toEqual([...decoded]);
      structuredClone(buffer, { transfer: [buffer] });
    }
  });
});

describe('Send-*', () => {
  const sent = async (...values: unknown[]): Promise<number[]> => {
    const bench = new Bench();
    for (const value of values) loose(bench.socket)['send']!(value);
    await settle();
    return bench.output;
  };
  const utf8 = (value: string): number[] => [...new TextEncoder().encode(value)];

  it.each([
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a number', 7.5, '7.5'],
    ['an object', {}, '[object Object]'],
    ['an array', [1, 2], '1,2'],
    ['a String', new String('s'), 's'],
    ['an object with toString', { toString: () => 'x', valueOf: () => 'y' }, 'x'],
    ['no character', '', ''],
    ['a NUL', '\0', '\0'],
    ['a pair of surrogates', '\ud801\udc07', '\ud801\udc07'],
    ['a lone high one', 'a\ud801', 'a\ufffd'],
    ['a lone low one', '\udc07a', '\ufffda'],
    ['a pair the wrong way round', '\udc07\ud801', '\ufffd\ufffd'],
  ])('%s is a text', async (_name, value, expected) => {
    expect(await sent(value)).toEqual(masked(0x81, ...utf8(expected)));
  });

  const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  it.each<[string, unknown, number[]]>([
    ['an ArrayBuffer', bytes.buffer, [...bytes]],
    ['an empty ArrayBuffer', new ArrayBuffer(0), []],
    ['an ArrayBuffer of another realm', vm.runInNewContext('Uint8Array.of(8, 9).buffer'), [8, 9]],
    ['a view of another realm', vm.runInNewContext('Uint8Array.of(8, 9).subarray(1)'), [9]],
    ['a Uint8Array', new Uint8Array(bytes.buffer, 2, 3), [2, 3, 4]],
    ['an Int16Array', new Int16Array(bytes.buffer, 2, 2), [2, 3, 4, 5]],
    ['a Float64Array', new Float64Array(bytes.buffer), [...bytes]],
    ['a DataView', new DataView(bytes.buffer, 7), [7]],
    ['a Buffer', Buffer.from(bytes.buffer, 1, 2), [1, 2]],
    ['a Blob', new Blob([bytes]), [...bytes]],
    ['an empty Blob', new Blob([]), []],
    ['a detached ArrayBuffer', detachedView().buffer, []],
    ['a view of one', detachedView(), []],
  ])('%s is binary', async (_name, value, expected) => {
    expect(await sent(value)).toEqual(masked(0x82, ...expected));
  });

  it('bytes are copied: what becomes of them later changes nothing', async () => {
    const bench = new Bench({ role: 'server' });
    for (const make of [
      (size: number) => Buffer.alloc(size, 1),
      (size: number) => new Uint8Array(size).fill(1).buffer,
      (size: number) => new DataView(new Uint8Array(size).fill(1).buffer),
    ]) {
      const value = make(5000);
      bench.socket.send(value as ArrayBuffer);
      new Uint8Array(ArrayBuffer.isView(value) ? value.buffer : value).fill(2);
    }
    await settle();
    expect(bench.output.length).toBe(3 * 5004);
    expect(bench.output.filter((byte) => byte === 2)).toEqual([]);
  });

  it('refuses no argument, a symbol, shared memory, and what cannot be converted, before anything is sent', async () => {
    const bench = new Bench();
    const { send } = loose(bench.socket) as { send: (...args: unknown[]) => void };
    const call = (...args: unknown[]) => {
      return () => send.apply(bench.socket, args);
    };
    expect(call()).toThrow(TypeError);
    expect(call(Symbol('s'))).toThrow(TypeError);
    expect(call(new Uint8Array(new SharedArrayBuffer(4)))).toThrow(TypeError);
    expect(call(Object.create(null))).toThrow(TypeError);
    const resizable = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]) as ArrayBuffer;
    expect(call(resizable)).toThrow(TypeError);
    expect(call(new Uint8Array(resizable))).toThrow(TypeError);
    await settle();
    expect([bench.output, bench.socket.bufferedAmount]).toEqual([[], 0]);
    // Only views of it are: the memory itself is an object like others.
    bench.socket.send(new SharedArrayBuffer(1) as unknown as string);
    await settle();
    expect(bench.output).toEqual(masked(0x81, ...utf8('[object SharedArrayBuffer]')));
  });
});

function detachedView(): Uint8Array<ArrayBuffer> {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

describe('Close-*', () => {
  const refused: [string, unknown][] = [
    ['0', 0],
    ['null', null],
    ['NaN', Number.NaN],
    ['a string', 'string'],
    ['an object', {}],
    ['true', true],
    ['2^16 + 1000', 0x1_0000 + 1000],
    ['-1000', -1000],
    ['999.5', 999.49],
    ['1000.51', 1000.51],
    ['1001', 1001],
    ['1005', 1005],
    ['2999', 2999],
    ['2999.5, which is even', 2999.49],
    ['4999.5', 4999.5],
    ['5000', 5000],
    ['Infinity', Number.POSITIVE_INFINITY],
  ];
  it.each(refused)('the code %s is refused', (_name, code) => {
    const { socket } = new Bench();
    expect(() => loose(socket)['close']!(code)).toThrow(names('InvalidAccessError'));
    expect(() => loose(socket)['close']!(code)).toThrow(DOMException);
    expect(socket.readyState).toBe(1);
  });

  it.each<[string, unknown[], number[]]>([
    ['none', [], []],
    ['undefined', [undefined], []],
    ['undefined twice', [undefined, undefined], []],
    ['an empty reason alone', [undefined, ''], []],
    ['1000', [1000], [0x03, 0xe8]],
    ['1000 as a string', ['1000'], [0x03, 0xe8]],
    ['an object that is 3000', [{ valueOf: () => 3000 }], [0x0b, 0xb8]],
    ['1000.5, rounded to even', [1000.5], [0x03, 0xe8]],
    ['999.5, rounded to even', [999.5], [0x03, 0xe8]],
    ['2999.5', [2999.5], [0x0b, 0xb8]],
    ['a reason of null', [1000, null], [0x03, 0xe8, 0x6e, 0x75, 0x6c, 0x6c]],
    ['a reason that is a number', [1000, 7], [0x03, 0xe8, 0x37]],
    ['a reason of a lone surrogate', [1000, '\ud807'], [0x03, 0xe8, 0xef, 0xbf, 0xbd]],
    ['a reason alone', [undefined, 'a'], [0x03, 0xe8, 0x61]],
  ])('%s is sent', async (_name, args, body) => {
    const bench = new Bench();
    expect(loose(bench.socket)['close']!(...args)).toBeUndefined();
    await settle();
    expect(bench.output).toEqual(masked(0x88, ...body));
  });

  it('a reason is at most 123 bytes long, after the code was judged', () => {
    const { socket } = new Bench();
    expect(() => socket.close(1000, 'a'.repeat(124))).toThrow(names('SyntaxError'));
    expect(() => socket.close(1000, '\ud807'.repeat(42))).toThrow(names('SyntaxError'));
    expect(() => socket.close(1, 'a'.repeat(124))).toThrow(names('InvalidAccessError'));
    expect(() => loose(socket)['close']!('Close with only reason')).toThrow(names('InvalidAccessError'));
    expect(socket.readyState).toBe(1);
    socket.close(1000, '\ud807'.repeat(41));
    expect(socket.readyState).toBe(2);
  });

  it.each([Symbol('s'), 1n])('%s is no number', (code) => {
    const { socket } = new Bench();
    expect(() => loose(socket)['close']!(code)).toThrow(TypeError);
    expect(() => loose(socket)['close']!(1000, Symbol('s'))).toThrow(TypeError);
    expect(socket.readyState).toBe(1);
  });

  it('again, in listeners, and when closed: does nothing', async () => {
    const bench = new Bench();
    const { socket } = bench;
    socket.onopen = () => socket.close(1000);
    socket.onclose = ({ code, wasClean }) => {
      bench.events.push(`${code} ${wasClean} ${socket.readyState}`);
      socket.close(3000);
    };
    await bench.receive(...close1000);
    await bench.end();
    socket.close();
    await settle();
    expect(bench.output).toEqual(masked(0x88, 0x03, 0xe8));
    expect(bench.events).toEqual(['1000 true 3']);
  });
});

describe('bufferedAmount', () => {
  it.each<[string, string | ArrayBuffer | Blob | Uint8Array, number]>([
    ['a text', 'abc', 3],
    ['a text of more bytes than units', '¥¥¥\ud801\udc07\ud800', 13],
    ['nothing', '', 0],
    ['an ArrayBuffer', new ArrayBuffer(10), 10],
    ['a part of one', new Uint8Array(new ArrayBuffer(10), 3, 4), 4],
    ['a Blob', new Blob(['abcde']), 5],
    ['much', 'x'.repeat(500_000), 500_000],
  ])('%s: its bytes, at once, and none in the end', async (_name, value, expected) => {
    const bench = new Bench();
    await settle();
    bench.socket.send(value);
    expect(bench.socket.bufferedAmount).toBe(expected);
    bench.socket.send(value);
    expect(bench.socket.bufferedAmount).toBe(2 * expected);
    await settle();
    await settle();
    expect(bench.socket.bufferedAmount).toBe(0);
  });

  it('counts what the transport is still writing, message by message', async () => {
    const bench = new Bench();
    const { socket } = bench;
    await settle();
    const release = bench.hold();
    socket.send('abc');
    await settle();
    expect([bench.output.length, socket.bufferedAmount]).toEqual([9, 3]);
    socket.send('defgh');
    socket.send('i');
    await settle();
    expect(socket.bufferedAmount).toBe(9);
    await release(1);
    // The others leave in one chunk.
    expect(socket.bufferedAmount).toBe(6);
    socket.send('jk');
    await settle();
    expect(socket.bufferedAmount).toBe(8);
    await release(1);
    expect(socket.bufferedAmount).toBe(2);
    await bench.receive(0x89, 0); // a pong is no message
    expect(socket.bufferedAmount).toBe(2);
    await release(2);
    expect(socket.bufferedAmount).toBe(0);
  });

  it('is what was given to send, whatever an extension makes of it', async () => {
    const bench = new Bench({
      messageExtensions: [{ rsv: 0x40, encode: () => Uint8Array.of(1), decode: (message) => message }],
    });
    await settle();
    const release = bench.hold();
    bench.socket.send('a'.repeat(1000));
    expect(bench.socket.bufferedAmount).toBe(1000);
    await settle();
    bench.socket.send('b'.repeat(500));
    expect(bench.socket.bufferedAmount).toBe(1500);
    await release(1);
    expect(bench.socket.bufferedAmount).toBe(500);
    await release(1);
    expect(bench.socket.bufferedAmount).toBe(0);
  });

  it('is what was given to send while an asynchronous extension works', async () => {
    const jobs: (() => void)[] = [];
    const encode = (): Promise<Uint8Array> =>
      new Promise((resolve) => jobs.push(() => resolve(Uint8Array.of(1))));
    const bench = new Bench({ messageExtensions: [{ rsv: 0x40, encode, decode: (message) => message }] });
    await settle();
    bench.socket.send('a'.repeat(1000));
    bench.socket.send('b'.repeat(500));
    await settle();
    expect(bench.socket.bufferedAmount).toBe(1500);
    jobs.shift()!();
    await settle();
    expect(bench.socket.bufferedAmount).toBe(500);
    jobs.shift()!();
    await settle();
    expect(bench.socket.bufferedAmount).toBe(0);
  });

  it('does not fall when the connection ends, and rises when something is sent too late', async () => {
    stopTime();
    const bench = new Bench();
    await settle();
    bench.hold();
    bench.socket.send('abc');
    bench.socket.send(new Blob(['de']));
    await settle();
    await bench.end();
    await elapse(10_000);
    expect(bench.events).toEqual(['open', 'error 3', 'close 1006']);
    expect(bench.socket.bufferedAmount).toBe(5);
    bench.socket.send('f');
    bench.socket.send(new Blob(['gh']));
    expect(bench.socket.bufferedAmount).toBe(8);
    await settle();
    expect(bench.socket.bufferedAmount).toBe(8);
  });

  it('counts each message until its write is done, whatever comes between (property)', async () => {
    const step = fc.oneof(
      fc.record({ bytes: fc.nat(50) }),
      fc.record({ batches: fc.integer({ min: 1, max: 3 }) }),
      fc.constant({ ping: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const bench = new Bench();
        await settle();
        const release = bench.hold();
        // A message counts until all that had been output when it was sent has been written.
        const ends: { bytes: number; end: number }[] = [];
        let produced = 0;
        for (const one of steps) {
          if ('bytes' in one) {
            bench.socket.send('x'.repeat(one.bytes));
            produced += 6 + one.bytes;
            ends.push({ bytes: one.bytes, end: produced });
          } else if ('ping' in one) {
            await bench.receive(0x89, 0);
            produced += 6;
          } else {
            await release(one.batches);
          }
          await settle();
          const written = bench.output.length - bench.underWay;
          const waiting = ends.filter(({ end }) => end > written);
          const least = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
          const { bufferedAmount } = bench.socket;
          expect(bufferedAmount).toBeGreaterThanOrEqual(least);
          // Pongs behind the last messages are output too.
          if (!steps.some((other) => 'ping' in other)) expect(bufferedAmount).toBe(least);
        }
        await release(steps.length + 2);
        expect(bench.socket.bufferedAmount).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('is 0 when the echo has come (bufferedAmount-large)', async () => {
    const { client, server } = pair();
    server.onmessage = ({ data }) => server.send(data);
    const amounts: number[] = [];
    client.onopen = () => {
      client.send('x'.repeat(1_000_000));
      amounts.push(client.bufferedAmount);
    };
    client.onmessage = () => {
      amounts.push(client.bufferedAmount);
      client.close();
    };
    await closing(client);
    expect(amounts).toEqual([1_000_000, 0]);
  });
});
