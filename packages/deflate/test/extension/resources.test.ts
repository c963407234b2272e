// An engine's memory is taken when it is needed and given back once.
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { compressionStreams } from '@sanssocket/deflate/streams';
import { describe, expect, test } from 'vitest';
import { cases } from '../../../../tools/thorough.js';
import { CountingEngine } from '../counting-engine.js';
import { engines } from '../engines.js';
import { clientEnd, Recorder, serverEnd, serverEnds } from '../pair.js';

const NO_TAKEOVER = '; server_no_context_takeover; client_no_context_takeover';
const TEXT = 'to be compressed, to be compressed';
const HELLO = Uint8Array.of(0xc1, 0x87, 0, 0, 0, 0, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);

const connect = (engine: CountingEngine, offer = ''): Recorder =>
  new Recorder({ role: 'server' }, serverEnd(engine, offer));

describe('with takeover', () => {
  test('nothing is made before it is needed', () => {
    const engine = new CountingEngine(nodeZlib());
    const { connection } = connect(engine);
    expect(engine.created).toBe(0);
    connection.sendText(TEXT);
    expect([engine.created, engine.deflaters.length]).toEqual([1, 1]);
    connection.receive(HELLO);
    expect([engine.created, engine.inflaters.length]).toEqual([2, 1]);
    connection.receive(HELLO);
    connection.sendText(TEXT);
    expect([engine.created, engine.resets]).toEqual([2, 0]);
    connection.fail(1008);
    expect(engine.open).toBe(0);
  });

  test('it is given back when the connection closes', () => {
    const engine = new CountingEngine(nodeZlib());
    const { connection } = connect(engine);
    connection.sendText(TEXT);
    connection.receive(HELLO);
    connection.close(1000);
    expect(engine.open).toBe(2);
    connection.receive(Uint8Array.of(0x88, 0x80, 0, 0, 0, 0));
    expect(connection.closeInfo?.wasClean).toBe(true);
    expect([engine.open, engine.created]).toEqual([0, 2]);
    connection.receiveEof();
  });

  test('and when the transport ends, when a message is corrupt, when one is too large', () => {
    for (const end of ['transport', 'corrupt', 'large'] as const) {
      const engine = new CountingEngine(nodeZlib());
      const recorder = new Recorder({ role: 'server', maxMessageBytes: 10 }, serverEnd(engine));
      recorder.connection.sendText(TEXT);
      recorder.connection.receive(HELLO);
      if (end === 'transport') recorder.connection.receiveEof();
      else if (end === 'corrupt') recorder.connection.receive(Uint8Array.of(0xc1, 0x81, 0, 0, 0, 0, 6));
      else recorder.connection.receive(Uint8Array.of(0xc1, 0x85, 0, 0, 0, 0, 0x72, 0x04, 0x81, 0xff, 0x00));
      expect(recorder.connection.closeInfo, end).toBeDefined();
      expect(engine.open).toBe(0);
    }
  });
});

describe('without takeover', () => {
  test('connections share, and the last one gives back', () => {
    const engine = new CountingEngine(nodeZlib());
    const extension = serverEnds(engine);
    const recorders = Array.from(
      { length: 100 },
      () => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)),
    );
    for (const { connection } of recorders) {
      connection.sendText(TEXT);
      connection.receive(HELLO);
    }
    expect([engine.mostOpen, engine.resets]).toEqual([2, 200]);
    for (const { connection } of recorders) {
      expect(engine.open).toBe(2);
      connection.receiveEof();
    }
    expect(engine.open).toBe(0);
    expect(recorders.every(({ messages }) => messages[0] === 'Hello')).toBe(true);
  });

  test('a message in fragments keeps its compressor; nobody else writes in between', () => {
    const engine = new CountingEngine(nodeZlib());
    const extension = serverEnds(engine);
    const recorders = Array.from(
      { length: 8 },
      () => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)),
    );
    const messages = recorders.map(({ connection }) => connection.textWriter());
    for (const message of messages) message.write(TEXT);
    expect(engine.open).toBe(8);
    for (const message of messages) message.end(TEXT);
    expect(engine.open).toBe(4);
    const output = recorders.map(({ connection }) => String(connection.dataToSend()));
    expect(new Set(output).size).toBe(1);
    for (const { connection } of recorders) connection.receiveEof();
    expect(engine.open).toBe(0);
  });

  test('a connection that fails takes its inflater with it', () => {
    const engine = new CountingEngine(nodeZlib());
    const extension = serverEnds(engine);
    const [a, b] = [0, 1].map(() => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)));
    a!.connection.receive(HELLO);
    b!.connection.receive(Uint8Array.of(0xc1, 0x81, 0, 0, 0, 0, 6));
    expect(b!.outcome?.fault?.code).toBe('EXTENSION_DATA');
    expect(engine.open).toBe(0);
    a!.connection.receive(HELLO);
    expect(a!.messages).toEqual(['Hello', 'Hello']);
    a!.connection.receiveEof();
    expect([engine.open, engine.created]).toEqual([0, 2]);
  });

  test('one connection learns nothing of another', () => {
    const extension = serverEnds(nodeZlib());
    const [a, b] = [0, 1].map(() => new Recorder({ role: 'server' }, extension(NO_TAKEOVER)));
    a!.connection.receive(HELLO);
    // BFINAL inside, so that the inflater has been primed with "Hello".
    a!.connection.receive(
      Uint8Array.of(
        0xc1,
        0x8c,
        0,
        0,
        0,
        0,
        0xf3,
        0x48,
        0xcd,
        0xc9,
        0xc9,
        0x07,
        0x00,
        0xf2,
        0x00,
        0x11,
        0x00,
        0x00,
      ),
    );
    expect(a!.messages).toEqual(['Hello', 'HelloHello']);
    b!.connection.receive(Uint8Array.of(0xc1, 0x85, 0, 0, 0, 0, 0xf2, 0x00, 0x11, 0x00, 0x00));
    expect(b!.outcome?.fault?.code).toBe('EXTENSION_DATA');
  });
});

describe('asynchronous engines', () => {
  test('what is under way when the connection ends comes to nothing, and is given back', async () => {
    // Compression streams send later, but inflate at once.
    const cases = [
      { inner: nodeZlib({ offThreadBytes: 1 }), offers: ['', NO_TAKEOVER], heard: [] },
      { inner: compressionStreams(), offers: [NO_TAKEOVER], heard: ['Hello'] },
    ];
    for (const { inner, offers, heard } of cases) {
      for (const offer of offers) {
        const engine = new CountingEngine(inner);
        const recorder = connect(engine, offer);
        recorder.connection.sendText(TEXT);
        recorder.connection.sendText(TEXT);
        recorder.connection.receive(HELLO);
        recorder.connection.fail(1001);
        const output = await recorder.output();
        expect(output[0]).toBe(0x88);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(recorder.messages).toEqual(heard);
        expect(recorder.connection.dataToSend()).toBeUndefined();
        expect(engine.open).toBe(0);
      }
    }
  });

  test('order is kept: large and small, and a Close behind them', async () => {
    const sender = new Recorder({ role: 'server' }, serverEnd(nodeZlib({ offThreadBytes: 1000 })));
    const receiver = new Recorder({ role: 'client' }, clientEnd(nodeZlib({ offThreadBytes: 20 })));
    const texts = Array.from({ length: 50 }, (_, i) => `${i} `.repeat(i % 7 === 0 ? 5000 : 3));
    for (const text of texts) sender.connection.sendText(text);
    sender.connection.close(1000);
    while (receiver.outcome === undefined) {
      receiver.connection.receive(await sender.output());
      await receiver.settled();
      if (receiver.connection.state !== 'open') break;
    }
    expect(receiver.messages).toEqual(texts);
  });
});

describe.each(engines)('%s', (_name, inner) => {
  test('thousands of connections opened, used and closed leave nothing open', async () => {
    const engine = new CountingEngine(inner);
    const count = inner.inflateTakeover ? cases(2000, 10_000) : 500;
    const offer = inner.inflateTakeover ? '' : NO_TAKEOVER;
    const extension = serverEnds(engine);
    for (let i = 0; i < count; i++) {
      const recorder = new Recorder({ role: 'server' }, extension(offer));
      if (i % 20 !== 0) {
        // Most of them without waiting: closed while an asynchronous engine is at work.
        if (i % 100 === 1) recorder.connection.receive(HELLO);
        recorder.connection.receiveEof();
        continue;
      }
      recorder.connection.sendText(TEXT);
      await recorder.output();
      recorder.connection.receive(HELLO);
      await recorder.settled();
      recorder.connection.receiveEof();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(engine.open).toBe(0);
    expect(engine.created).toBeGreaterThan(0);
  });
});
