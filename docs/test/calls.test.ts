// "Calls by state" has the result of each call in each state: each cell is run, and compared with the
// page.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BINARY, Connection, type MessageWriter, PreparedMessage, TEXT } from '@sanssocket/codec';
import { CLOSE, encodeFrame, PING } from '@sanssocket/codec/frames';
import { ClientHandshake, ServerHandshake } from '@sanssocket/handshake';
import { acceptKey } from '@sanssocket/handshake/values';
import { describe, expect, it } from 'vitest';

const page = readFileSync(fileURLToPath(new URL('../pages/guide/calls.md', import.meta.url)), 'utf8');
const tables = page.split('\n\n').flatMap((block) => {
  const cells = block.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return block.startsWith('|') ? [cells] : [];
});
const [[head, , ...rows], ...handshakes] = tables as [string[][], ...string[][][]];
const states = head!.slice(1);
/** The word in a cell for each code of a usage error. */
const errors = new Map(
  [...page.matchAll(/\*\*(\w+)\*\*: throws `(\w+)`/g)].map(([, word, code]) => [code, `**${word}**`]),
);

const byte = Uint8Array.of(1);
const close1001 = encodeFrame({ opcode: CLOSE, payload: Uint8Array.of(3, 233), maskingKey: 0 });
const ping = encodeFrame({ opcode: PING, maskingKey: 0 });
const text = encodeFrame({ opcode: TEXT, maskingKey: 0 });
const prepared = PreparedMessage.text('x');

/** One connection in one of the states, and the events since. */
class Subject {
  readonly events: string[] = [];
  readonly connection: Connection;
  /** Made while the connection was open. */
  readonly writer: MessageWriter;
  inside: (() => void) | undefined;
  endCode = 0;

  constructor(state: string) {
    this.connection = new Connection(
      { role: 'server', autoClose: state !== 'Close heard' },
      {
        text: () => {
          this.events.push('text');
          const { inside } = this;
          this.inside = undefined;
          inside?.();
          this.events.push('returned');
        },
        ping: () => this.events.push('ping'),
        closeReceived: () => this.events.push('closeReceived'),
        close: ({ code }) => {
          this.events.push('close');
          this.endCode = code;
        },
      },
    );
    const { connection } = this;
    this.writer = connection.textWriter();
    if (state === 'message begun') this.writer.write('a');
    if (state === 'Close sent' || state === 'closed') connection.close(1000);
    if (state === 'Close heard' || state === 'closed') connection.receive(close1001);
    this.events.length = 0;
  }

  /** The frames that wait, by their first byte: payloads are shorter than 126 bytes here. */
  takeFrames(): number[] {
    const frames: number[] = [];
    for (
      let chunk = this.connection.dataToSend();
      chunk !== undefined;
      chunk = this.connection.dataToSend()
    ) {
      for (let at = 0; at < chunk.length; at += 2 + chunk[at + 1]!) frames.push(chunk[at]!);
    }
    return frames;
  }
}

/** Makes a call in a state, by a handler where the state says so. */
function inState<T>(subject: Subject, state: string, call: () => T, more = new Uint8Array(0)): T {
  if (state !== 'in a handler') return call();
  let result: { readonly value: T } | { readonly error: unknown } | undefined;
  subject.inside = () => {
    subject.events.length = 0;
    try {
      result = { value: call() };
    } catch (error) {
      result = { error };
    }
  };
  subject.connection.receive(Uint8Array.of(...text, ...more));
  if ('error' in result!) throw result.error;
  return result!.value;
}

type Call = (subject: Subject, state: string) => string;

/** A send: true and a frame, or false and none. */
function send(call: (subject: Subject) => boolean): Call {
  return (subject, state) => {
    subject.takeFrames();
    const isSent = inState(subject, state, () => call(subject));
    expect(subject.takeFrames()).toHaveLength(isSent ? 1 : 0);
    return isSent ? 'sent' : 'false';
  };
}

function begin(call: (subject: Subject) => MessageWriter): Call {
  return (subject, state) => {
    subject.takeFrames();
    const writer = inState(subject, state, () => call(subject));
    expect(subject.takeFrames()).toEqual([]);
    return writer.write(byte) ? 'writer' : 'dead writer';
  };
}

/** A call that may send a Close and end the connection. */
function ending(call: (subject: Subject) => unknown): Call {
  return (subject, state) => {
    subject.takeFrames();
    const result = inState(subject, state, () => call(subject));
    const frames = subject.takeFrames();
    expect(frames.every((first) => first === 0x88)).toBe(true);
    const ends = subject.events.includes('close');
    if (result === false) {
      expect([ends, frames]).toEqual([false, []]);
      return 'false';
    }
    const words = [frames.length > 0 && 'Close sent', ends && `ends: ${subject.endCode}`].filter(Boolean);
    return words.join(', ') || 'nothing';
  };
}

const calls: Readonly<Record<string, Call>> = {
  receive: (subject, state) => {
    inState(subject, state, () => subject.connection.receive(ping));
    return subject.events.includes('ping') ? 'read' : 'ignored';
  },
  receiveEof: (subject, state) => {
    inState(subject, state, () => subject.connection.receiveEof());
    if (subject.events.includes('close')) return `ends: ${subject.endCode}`;
    if (subject.connection.state === 'closed') return 'nothing';
    subject.connection.close(1000);
    expect(subject.connection.closeInfo?.wasClean).toBe(true);
    return 'noted';
  },
  sendText: send(({ connection }) => connection.sendText('x')),
  sendBinary: send(({ connection }) => connection.sendBinary(byte)),
  sendSlice: send(({ connection }) => connection.sendSlice(BINARY, { bytes: byte, start: 0, end: 1 })),
  sendZeroCopy: send(({ connection }) => connection.sendZeroCopy(BINARY, byte)),
  sendPrepared: send(({ connection }) => connection.sendPrepared(prepared)),
  textWriter: begin(({ connection }) => connection.textWriter()),
  binaryWriter: begin(({ connection }) => connection.binaryWriter()),
  'writer.write': send(({ writer }) => writer.write('x')),
  'writer.end': send(({ writer }) => writer.end('x')),
  'writer.write after end': send(({ writer }) => {
    writer.end('x');
    return writer.write('x');
  }),
  ping: send(({ connection }) => connection.ping()),
  pong: send(({ connection }) => connection.pong()),
  close: ending(({ connection }) => connection.close(1000)),
  fail: ending(({ connection }) => connection.fail(1008)),
  pause: (subject, state) => {
    inState(subject, state, () => subject.connection.pause());
    return subject.connection.paused ? 'paused' : 'nothing';
  },
  resume: (subject, state) => {
    inState(subject, state, () => subject.connection.resume(), ping);
    const { events, connection } = subject;
    expect(connection.paused).toBe(false);
    expect(events).toEqual(state === 'in a handler' ? ['returned', 'ping'] : []);
    return 'nothing';
  },
  'pause, then resume': (subject, state) => {
    const { connection, events } = subject;
    const pauseAndResume = (): void => {
      connection.pause();
      if (state !== 'in a handler') connection.receive(ping);
      expect(events).toEqual([]);
      connection.resume();
    };
    inState(subject, state, pauseAndResume, ping);
    if (events.join() === 'returned,ping') return 'reads on, after the handler';
    return events.join() === 'ping' ? 'reads on' : 'nothing';
  },
  dataToSend: (subject, state) => {
    const { connection } = subject;
    // In the other states something waits already.
    if (state !== 'closed') connection.ping();
    const chunk = inState(subject, state, () => connection.dataToSend());
    return chunk === undefined ? 'nothing' : 'bytes';
  },
};

it('has a row for each call', () => {
  expect(rows.map(([call]) => call)).toEqual(Object.keys(calls));
});

describe.each(rows.map(([call, ...cells]) => [call!, cells] as const))('%s', (call, cells) => {
  it.each(states.map((state, index) => [state, cells[index]!]))('%s', (state, cell) => {
    let outcome: string;
    try {
      outcome = calls[call]!(new Subject(state), state);
    } catch (error) {
      const word = errors.get((error as { code?: string }).code);
      if (word === undefined) throw error;
      outcome = word;
    }
    expect(outcome).toBe(cell);
  });
});

it('checks arguments in every state', () => {
  const { connection } = new Subject('closed');
  expect(() => connection.close(1005)).toThrow(expect.objectContaining({ code: 'CLOSE_CODE_INVALID' }));
  expect(() => connection.ping(new Uint8Array(126))).toThrow(
    expect.objectContaining({ code: 'CONTROL_TOO_LONG' }),
  );
});

const REQUEST = [
  ...['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const REJECTION = ['HTTP/1.1 403 Forbidden', 'Content-Length: 1000'];

function headOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode([...lines, '', ''].join('\r\n'));
}

/** A handshake in one of its states. */
function handshakeIn(name: string, state: string): ServerHandshake | ClientHandshake {
  if (name === 'ServerHandshake') {
    const server = new ServerHandshake();
    if (state !== 'reading') server.receive(headOf(REQUEST));
    if (state === 'accepted') server.accept();
    if (state === 'rejected') server.reject({ status: 403 });
    return server;
  }
  const client = new ClientHandshake('ws://a/');
  const accept = `Sec-WebSocket-Accept: ${acceptKey(client.request.key)}`;
  const lines = ['HTTP/1.1 101 S', 'Upgrade: websocket', 'Connection: Upgrade', accept];
  if (state !== 'reading') client.receive(headOf(state === 'accepted' ? lines : REJECTION));
  if (state === 'done') client.receiveEof();
  return client;
}

const handshakeCalls: Readonly<Record<string, (handshake: ServerHandshake | ClientHandshake) => string>> = {
  receive(handshake) {
    const { state } = handshake;
    handshake.receive(state === 'rejected' ? new Uint8Array(1000) : headOf(['wrong']));
    return handshake.state === state ? 'ignored' : 'read';
  },
  receiveEof(handshake) {
    const outcome = handshake.receiveEof();
    return outcome?.kind === 'rejected' ? 'rejection' : (outcome?.kind ?? 'nothing');
  },
  accept: (handshake) => (handshake as ServerHandshake).accept().kind,
  reject: (handshake) => (handshake as ServerHandshake).reject({ status: 403 }).kind,
};

describe.each(
  handshakes.map(([[name, ...columns], , ...calls]) => [name!.slice(1, -1), columns, calls] as const),
)('%s', (name, columns, handshakeRows) => {
  const cells = handshakeRows.flatMap(([call, ...row]) =>
    row.map((cell, index) => [call!, columns[index]!, cell] as const),
  );
  it.each(cells)('%s, %s', (call, state, cell) => {
    const handshake = handshakeIn(name, state);
    expect(handshake.state).toBe(state);
    let outcome: string;
    try {
      outcome = handshakeCalls[call]!(handshake);
    } catch (error) {
      outcome = errors.get((error as { code?: string }).code) ?? String(error);
      expect(handshake.state).toBe(state);
    }
    expect(outcome).toBe(cell);
  });

  it('has a row for each call, and its states', () => {
    const methods = ['receive', 'receiveEof', 'accept', 'reject'];
    const own = methods.filter((method) => method in handshakeIn(name, 'reading'));
    expect(handshakeRows.map(([call]) => call)).toEqual(own);
    expect(columns).toHaveLength(4);
  });
});

it('checks arguments of handshakes in every state', () => {
  for (const name of ['ServerHandshake', 'ClientHandshake']) {
    for (const state of ['reading', 'accepted', 'rejected']) {
      expect(() => handshakeIn(name, state).receive('text' as never)).toThrow(
        expect.objectContaining({ code: 'NOT_BYTES' }),
      );
    }
  }
});
