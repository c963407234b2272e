import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ConnectionEvent, type MessageExtension, RSV1 } from '../../src/index.js';
import { type ConnectionStreams, connectionStreams } from '../../src/websocket/streams.js';

/** Until all that can happen without further input has. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Follows a promise without waiting for it. */
function watch(promise: Promise<unknown>): { state: 'pending' | 'done' | 'failed' } {
  const seen: { state: 'pending' | 'done' | 'failed' } = { state: 'pending' };
  promise.then(
    () => {
      seen.state = 'done';
    },
    () => {
      seen.state = 'failed';
    },
  );
  return seen;
}

async function readAll<T>(readable: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of readable as unknown as AsyncIterable<T>) all.push(value);
  return all;
}

function server(): ConnectionStreams {
  return connectionStreams({ role: 'server' });
}

/** A client whose masking key is 0, so that its output can be read. */
function client(extensions?: MessageExtension[]): ConnectionStreams {
  return connectionStreams({ role: 'client', generateMaskingKey: () => 0 }, extensions);
}

/** A text of one character, unmasked. */
const text = (character: string): number[] => [0x81, 1, character.charCodeAt(0)];
const close1000 = [0x88, 2, 0x03, 0xe8];
const types = (events: readonly ConnectionEvent[]): string[] => events.map(({ type }) => type);

/** Cuts and joins chunks at random borders. */
function rechunk(sizes: readonly number[]): TransformStream<Uint8Array, Uint8Array> {
  const held: number[] = [];
  let turn = 0;
  return new TransformStream({
    transform(chunk, controller) {
      held.push(...chunk);
      for (;;) {
        const size = sizes[turn % sizes.length]!;
        // A chunk that stays short of its size goes out anyway: the peer may wait for it.
        controller.enqueue(Uint8Array.from(held.splice(0, size)));
        turn++;
        if (held.length === 0) break;
      }
    },
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('two ends piped into each other', () => {
  it('deliver the same messages for every chunking, and close', async () => {
    const message: fc.Arbitrary<string | Uint8Array> = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 300 }),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(message), fc.array(message), sizes, async (up, down, cuts) => {
        const a = connectionStreams({ role: 'client' });
        const b = server();
        void a.outgoing.readable.pipeThrough(rechunk(cuts)).pipeTo(b.incoming.writable);
        void b.outgoing.readable.pipeThrough(rechunk(cuts)).pipeTo(a.incoming.writable);
        let missing = down.length;
        const counter = new TransformStream<ConnectionEvent, ConnectionEvent>();
        const arrived = new Promise<void>((resolve) => {
          if (missing === 0) resolve();
          void a.incoming.readable
            .pipeThrough(
              new TransformStream<ConnectionEvent, ConnectionEvent>({
                transform(event, controller) {
                  controller.enqueue(event);
                  if (--missing === 0) resolve();
                },
              }),
            )
            .pipeTo(counter.writable);
        });
        const atA = readAll(counter.readable);
        const atB = readAll(b.incoming.readable);
        const send = async (
          end: ConnectionStreams,
          messages: readonly (string | Uint8Array)[],
        ): Promise<void> => {
          const writer = end.outgoing.writable.getWriter();
          for (const one of messages) await writer.write(one);
          writer.releaseLock();
        };
        await Promise.all([send(a, up), send(b, down)]);
        // The client closes when it has everything: only then the server can have sent it.
        await arrived;
        await a.outgoing.writable.close();
        const content = (events: ConnectionEvent[]): unknown[] =>
          events.flatMap<unknown>((event) =>
            event.type === 'text' ? [event.text] : event.type === 'binary' ? [event.bytes] : [],
          );
        const [eventsA, eventsB] = await Promise.all([atA, atB]);
        const wellFormed = (one: string | Uint8Array): string | Uint8Array =>
          typeof one === 'string'
            ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(one))
            : one;
        expect(content(eventsB)).toEqual(up.map(wellFormed));
        expect(content(eventsA)).toEqual(down.map(wellFormed));
        for (const events of [eventsA, eventsB]) {
          expect(types(events.slice(-2))).toEqual(['closeReceived', 'close']);
          expect(events.at(-1)).toMatchObject({ outcome: { wasClean: true, code: 1000 } });
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('backpressure', () => {
  it('holds input back until events are read, one event at a time', async () => {
    const { connection, incoming } = client();
    let pulls = 0;
    const transport = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulls++;
          controller.enqueue(Uint8Array.from([...text('a'), ...text('b'), ...text('c')]));
          if (pulls === 5) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const piping = transport.pipeTo(incoming.writable);
    await settle();
    expect(pulls).toBe(1);
    expect(connection.paused).toBe(true);
    const reader = incoming.readable.getReader();
    for (let i = 0; i < 3; i++) {
      expect(await reader.read()).toEqual({ done: false, value: { type: 'text', text: 'abc'[i] } });
      await settle();
      expect(pulls).toBe(1);
    }
    void reader.read();
    await settle();
    expect(pulls).toBe(2);
    await reader.cancel();
    expect(connection.state).toBe('closed');
    await piping; // what comes after the end is dropped
  });

  it('reads nothing before the first event is asked for', async () => {
    const { connection, incoming } = client();
    void incoming.writable.getWriter().write(Uint8Array.of(0x89, 0));
    await settle();
    expect(connection.bufferedAmount).toBe(0); // not even answered
    await incoming.readable.getReader().read();
    expect(connection.bufferedAmount).toBe(6);
  });

  it('lets several reads wait at once', async () => {
    const { connection, incoming } = client();
    const reader = incoming.readable.getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    const written = incoming.writable
      .getWriter()
      .write(Uint8Array.from([...text('a'), ...text('b'), ...text('c'), ...text('d')]));
    const values = (await Promise.all(reads)).map(({ value }) => value);
    expect(values).toEqual(['a', 'b', 'c'].map((one) => ({ type: 'text', text: one })));
    expect(watch(written).state).toBe('pending');
    expect(connection.paused).toBe(true);
    await reader.read();
    void reader.read();
    await written;
  });

  it('a write of input without an event in it is done at once when an event is wanted', async () => {
    const { incoming } = client();
    void incoming.readable.getReader().read();
    const writer = incoming.writable.getWriter();
    await writer.write(Uint8Array.of(0x81));
    await writer.write(Uint8Array.of(5, 0x61));
  });

  it('makes messages wait while output does', async () => {
    const { connection, outgoing } = server();
    const message = new Uint8Array(1000);
    let taken = 0;
    const messages = new ReadableStream<Uint8Array>({
      pull(controller) {
        taken++;
        controller.enqueue(message);
      },
    });
    const piping = messages.pipeTo(outgoing.writable);
    await settle();
    expect(connection.bufferedAmount).toBeGreaterThanOrEqual(16384);
    expect(connection.bufferedAmount).toBeLessThan(16384 + 1004);
    const before = taken;
    await settle();
    expect(taken).toBe(before);
    const reader = outgoing.readable.getReader();
    // Small messages share a chunk.
    expect((await reader.read()).value!.length).toBeGreaterThan(16000);
    await settle();
    expect(taken).toBeGreaterThan(before);
    await reader.cancel(new Error('gone'));
    await expect(piping).rejects.toThrow('gone');
  });

  it('an answer to an event precedes the answer to the Close behind it', async () => {
    const { connection, incoming, outgoing } = client();
    const input = Uint8Array.from([...text('a'), ...close1000]);
    const written = watch(incoming.writable.getWriter().write(input));
    const events = incoming.readable.getReader();
    await events.read();
    await settle();
    expect([connection.state, written.state]).toEqual(['open', 'pending']);
    await outgoing.writable.getWriter().write('A');
    expect((await events.read()).value).toEqual({ type: 'closeReceived', code: 1000, reason: '' });
    const output = await outgoing.readable.getReader().read();
    expect([...output.value!]).toEqual([0x81, 0x81, 0, 0, 0, 0, 0x41, 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
  });
});

describe('output', () => {
  it('has the pongs', async () => {
    const { incoming, outgoing } = client();
    const output = outgoing.readable.getReader();
    const pong = output.read();
    void incoming.writable.getWriter().write(Uint8Array.of(0x89, 1, 0x21));
    expect(types([(await incoming.readable.getReader().read()).value!])).toEqual(['ping']);
    expect([...(await pong).value!]).toEqual([0x8a, 0x81, 0, 0, 0, 0, 0x21]);
  });

  it('of commands is passed on by flush', async () => {
    const streams = server();
    const read = streams.outgoing.readable.getReader().read();
    await settle();
    streams.connection.ping(Uint8Array.of(1));
    await settle();
    expect(streams.connection.bufferedAmount).toBe(3);
    streams.flush();
    expect([...(await read).value!]).toEqual([0x89, 1, 1]);
  });
});

describe('closing', () => {
  it('begun here: the client waits for the end of the transport', async () => {
    const { connection, incoming, outgoing } = client();
    const output = outgoing.readable.getReader();
    await outgoing.writable.close();
    expect([...(await output.read()).value!]).toEqual([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
    const end = watch(output.read());
    const events = readAll(incoming.readable);
    const input = incoming.writable.getWriter();
    await input.write(Uint8Array.from(close1000));
    expect(types(await events)).toEqual(['closeReceived', 'close']);
    await input.write(Uint8Array.from(text('x'))); // dropped
    expect([connection.transportAction, end.state]).toEqual(['await-eof', 'pending']);
    await input.close();
    await settle();
    expect([connection.transportAction, end.state]).toEqual(['end', 'done']);
  });

  it('begun by the peer: a server ends the transport behind its answer, and messages have nowhere to go', async () => {
    const { incoming, outgoing } = server();
    const messages = outgoing.writable.getWriter();
    const gone = expect(messages.closed).rejects.toThrow('has ended');
    void incoming.writable.getWriter().write(Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8));
    expect(types(await readAll(incoming.readable))).toEqual(['closeReceived', 'close']);
    expect((await readAll(outgoing.readable)).map((chunk) => [...chunk])).toEqual([close1000]);
    await gone;
    await expect(messages.write('late')).rejects.toThrow('has ended');
  });

  it('begun by a command: a message behind it is refused', async () => {
    const { connection, outgoing } = server();
    connection.close(4000);
    await expect(outgoing.writable.getWriter().write('late')).rejects.toThrow('closing');
  });

  it('without a Close is the abnormal closure', async () => {
    const { incoming, outgoing } = client();
    const input = incoming.writable.getWriter();
    void input.write(Uint8Array.of(0x81, 5, 0x61));
    void input.close();
    const events = await readAll(incoming.readable);
    expect(events).toMatchObject([{ outcome: { wasClean: false, code: 1006, truncated: true } }]);
    expect(await readAll(outgoing.readable)).toEqual([]);
  });

  it('a fault is an event, no exception, and later input is dropped', async () => {
    const { incoming, outgoing } = client();
    const input = incoming.writable.getWriter();
    const fault = input.write(Uint8Array.from([...text('a'), 0x83, 0]));
    const events = await readAll(incoming.readable);
    expect(types(events)).toEqual(['text', 'close']);
    expect(events.at(-1)).toMatchObject({ outcome: { fault: { code: 'RESERVED_OPCODE' } } });
    await fault;
    await input.write(Uint8Array.from(text('b')));
    await input.close();
    const output = await readAll(outgoing.readable);
    expect(output.map((chunk) => [...chunk])).toEqual([[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xea]]);
  });
});

describe('cancelling and aborting', () => {
  it('cancelled events fail the connection with 1001', async () => {
    const { connection, incoming, outgoing } = server();
    await incoming.readable.cancel();
    expect(connection.closeInfo).toMatchObject({ wasClean: false, code: 1001 });
    const output = await readAll(outgoing.readable);
    expect(output.map((chunk) => [...chunk])).toEqual([[0x88, 2, 0x03, 0xe9]]);
    await incoming.writable.getWriter().write(Uint8Array.of(0x81)); // dropped
  });

  it('aborted messages fail the connection with 1011, also while one waits', async () => {
    for (const messages of [[], [new Uint8Array(20000)]]) {
      const { connection, outgoing } = server();
      const writer = outgoing.writable.getWriter();
      const writes = messages.map((message) => writer.write(message));
      await settle();
      await writer.abort(new Error('no more'));
      await Promise.all(writes);
      expect(connection.closeInfo).toMatchObject({ wasClean: false, code: 1011 });
    }
  });

  it('what is no message fails the connection with 1011', async () => {
    const { connection, outgoing } = server();
    const write = outgoing.writable.getWriter().write(5 as unknown as string);
    await expect(write).rejects.toThrow(TypeError);
    expect(connection.closeInfo).toMatchObject({ wasClean: false, code: 1011 });
  });

  it('aborted input is the end of the transport, also while bytes wait to be read', async () => {
    const { incoming } = client();
    const writer = incoming.writable.getWriter();
    const write = writer.write(Uint8Array.from(text('a')));
    await settle();
    await writer.abort(new Error('reset'));
    await write;
    expect(await readAll(incoming.readable)).toMatchObject([
      { type: 'text', text: 'a' },
      { type: 'close', outcome: { code: 1006 } },
    ]);
  });

  it('the same where a sink has no signal', async () => {
    const Native = WritableStream;
    vi.stubGlobal(
      'WritableStream',
      class extends Native {
        constructor(sink: UnderlyingSink) {
          super({
            ...sink,
            start: (controller) =>
              sink.start?.({ signal: undefined as never, error: (e) => controller.error(e) }),
          });
        }
      },
    );
    const { connection, incoming, outgoing } = client();
    await incoming.writable.abort();
    expect(await readAll(incoming.readable)).toMatchObject([{ outcome: { code: 1006 } }]);
    const other = client();
    await other.outgoing.writable.abort();
    expect(other.connection.closeInfo).toMatchObject({ code: 1011 });
    expect(connection.transportAction).toBe('end');
    expect(await readAll(outgoing.readable)).toEqual([]);
  });

  it('input that is not bytes is the end of the transport', async () => {
    const { incoming } = client();
    const write = incoming.writable.getWriter().write('text' as unknown as Uint8Array);
    await expect(write).rejects.toThrow(TypeError);
    expect(await readAll(incoming.readable)).toMatchObject([{ outcome: { code: 1006 } }]);
  });

  it('cancelled output is the end of the transport, and ends the messages', async () => {
    const { incoming, outgoing } = server();
    const writer = outgoing.writable.getWriter();
    const write = writer.write(new Uint8Array(20000));
    await settle();
    await outgoing.readable.cancel(new Error('broken pipe'));
    await write;
    await expect(writer.write('late')).rejects.toThrow('broken pipe');
    expect(await readAll(incoming.readable)).toMatchObject([{ outcome: { code: 1006 } }]);
  });
});

describe('with an asynchronous extension', () => {
  const slow: MessageExtension = {
    rsv: RSV1,
    encode: async (piece) => piece,
    decode: async (message) => (message[0] === 0x21 ? 'EXTENSION_DATA' : message),
  };

  it('messages, events and pongs come through in order', async () => {
    const a = client([slow]);
    const b = connectionStreams({ role: 'server' }, [slow]);
    void a.outgoing.readable.pipeTo(b.incoming.writable);
    void b.outgoing.readable.pipeTo(a.incoming.writable);
    const atA = readAll(a.incoming.readable);
    const atB = readAll(b.incoming.readable);
    const writer = a.outgoing.writable.getWriter();
    await writer.write('one');
    a.connection.ping();
    a.flush();
    await writer.write(Uint8Array.of(2));
    await writer.close();
    expect(types(await atA)).toEqual(['pong', 'closeReceived', 'close']);
    const events = types(await atB).filter((type) => type !== 'ping');
    expect(events).toEqual(['text', 'binary', 'closeReceived', 'close']);
  });

  it('events keep their order when several reads wait for them', async () => {
    const { incoming } = connectionStreams({ role: 'client' }, [slow]);
    const events = incoming.readable.getReader();
    const reads = Array.from({ length: 3 }, () => events.read());
    void incoming.writable.getWriter().write(Uint8Array.of(0xc1, 1, 0x61, ...text('b'), 0x82, 0));
    const values = (await Promise.all(reads)).map(({ value }) => value!);
    expect(types(values)).toEqual(['text', 'text', 'binary']);
  });

  it('a write of input is done when the extension has finished and nothing else waits', async () => {
    const { incoming } = client([slow]);
    const events = incoming.readable.getReader();
    const reads = [events.read(), events.read()];
    await incoming.writable.getWriter().write(Uint8Array.of(0xc1, 1, 0x61));
    expect((await reads[0]!).value).toEqual({ type: 'text', text: 'a' });
  });

  it('a fault found late is an event too', async () => {
    const { incoming, outgoing } = client([slow]);
    const output = outgoing.readable.getReader();
    const chunk = output.read();
    void incoming.writable.getWriter().write(Uint8Array.of(0xc1, 1, 0x21));
    expect(await readAll(incoming.readable)).toMatchObject([
      { outcome: { fault: { code: 'EXTENSION_DATA' } } },
    ]);
    expect((await chunk).value![0]).toBe(0x88);
    expect((await output.read()).done).toBe(true);
  });
});
