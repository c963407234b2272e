/** The end of a connection, in every order (RFC 6455 sections 7 and 5.5.1). */
import type { Role } from '@sanssocket/test-vectors';
import { describe, expect, it } from 'vitest';
import { CLOSE, FIN, PING, TEXT } from '../../src/frames.js';
import type { Connection } from '../../src/index.js';
import { drain, MODES, open } from '../endpoint.js';
import { concat, hex, masked, toward } from '../frames.js';

/** A Close frame as an endpoint in this role sends it, with the masking key 0. */
function closeFrame(role: Role, body: string): number[] {
  const bytes = hex(body);
  return role === 'client'
    ? [0x88, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes]
    : [0x88, bytes.length, ...bytes];
}

describe.each(['server', 'client'] as const)('a %s', (role) => {
  const cleanTransport = role === 'server' ? 'end' : 'await-eof';

  it('closes, hears the answer, and has ended', () => {
    const { connection, events } = open({ role });
    expect(connection.close(4000, 'bye')).toBe(true);
    expect(connection.state).toBe('closing');
    expect(connection.transportAction).toBe('none');
    expect([...drain(connection)]).toEqual(closeFrame(role, '0fa0 627965'));
    connection.receive(
      concat(toward(role, FIN | TEXT, 'still heard'), toward(role, FIN | CLOSE, hex('0fa0'))),
    );
    expect(events).toEqual([
      { type: 'text', data: 'still heard' },
      { type: 'close', code: 4000, reason: '' },
      { type: 'end', clean: true, code: 4000 },
    ]);
    expect(connection.dataToSend()).toBe(undefined);
    expect([connection.state, connection.transportAction]).toEqual(['closed', cleanTransport]);
    connection.receiveEof();
    expect(connection.transportAction).toBe('end');
    expect(events.length).toBe(3);
  });

  it('answers a Close with its code alone, and has ended', () => {
    const { connection, events } = open({ role });
    connection.receive(toward(role, FIN | CLOSE, hex('03e9 676f6e65')));
    expect(events).toEqual([
      { type: 'close', code: 1001, reason: 'gone' },
      { type: 'end', clean: true, code: 1001 },
    ]);
    expect(connection.closeInfo).toEqual({
      wasClean: true,
      code: 1001,
      reason: 'gone',
      fault: undefined,
      truncated: false,
    });
    expect([...drain(connection)]).toEqual(closeFrame(role, '03e9'));
    expect([connection.state, connection.transportAction]).toEqual(['closed', cleanTransport]);
  });

  it('answers an empty Close with one, and reports 1005 (advisory S08)', () => {
    const { connection, events } = open({ role });
    connection.receive(toward(role, FIN | CLOSE));
    expect(events[0]).toEqual({ type: 'close', code: 1005, reason: '' });
    expect(connection.closeInfo?.code).toBe(1005);
    expect([...drain(connection)]).toEqual(closeFrame(role, ''));
  });

  it('lets the sink answer a Close in its own way', () => {
    const { connection } = open({ role }, [], { closeReceived: () => connection.close(3000, 'mine') });
    connection.receive(toward(role, FIN | CLOSE, hex('03e8')));
    expect([...drain(connection)]).toEqual(closeFrame(role, '0bb8 6d696e65'));
    expect(connection.closeInfo).toMatchObject({ wasClean: true, code: 1000 });
  });

  it('hears nothing after a Close, not even another (advisories S04, S05, S27)', () => {
    const { connection, events } = open({ role });
    const chunk = concat(
      toward(role, FIN | CLOSE, hex('03e8')),
      toward(role, FIN | CLOSE, hex('0fa0')),
      toward(role, FIN | PING),
      hex('ffff'),
    );
    connection.receive(chunk);
    connection.receive(chunk);
    expect(events.map(({ type }) => type)).toEqual(['close', 'end']);
    expect([...drain(connection)]).toEqual(closeFrame(role, '03e8'));
  });

  it('reports 1006 when the transport ends first, and whether that cut something off', () => {
    for (const [bytes, truncated] of [
      [hex(''), false],
      [toward(role, FIN | PING), false],
      [hex('81'), true],
      [toward(role, FIN | TEXT, 'abc').subarray(0, -1), true],
      [toward(role, TEXT, 'abc'), true],
    ] as const) {
      const { connection, events } = open({ role });
      connection.receive(bytes);
      connection.receiveEof();
      expect(events.at(-1)).toEqual({ type: 'end', clean: false, code: 1006, truncated });
      expect(connection.transportAction).toBe('end');
    }
  });

  it('reports 1006 when the transport ends before its Close is answered', () => {
    const { connection } = open({ role });
    connection.close(1000);
    connection.receiveEof();
    expect(connection.closeInfo).toMatchObject({ wasClean: false, code: 1006, truncated: false });
    expect([connection.state, connection.transportAction]).toEqual(['closed', 'end']);
    expect([...drain(connection)]).toEqual(closeFrame(role, '03e8'));
  });

  it('fails on a fault, also while closing, with one Close in all', () => {
    const { connection, events } = open({ role });
    connection.receive(toward(role, 0x83));
    expect([...drain(connection)]).toEqual(closeFrame(role, '03ea'));
    expect(connection.closeInfo).toMatchObject({
      wasClean: false,
      code: 1002,
      fault: { code: 'RESERVED_OPCODE', section: '5.2', offset: 0 },
    });
    expect(connection.transportAction).toBe('end');
    connection.receiveEof();
    expect(events.length).toBe(1);

    const closing = open({ role });
    closing.connection.close(1000);
    closing.connection.receive(toward(role, 0x83));
    expect([...drain(closing.connection)]).toEqual(closeFrame(role, '03e8'));
    expect(closing.connection.closeInfo).toMatchObject({ wasClean: false, code: 1002 });
  });

  it("sends nothing once it is closing or closed, but pongs while the peer's Close has not come", () => {
    const ways: ((connection: ReturnType<typeof open>['connection']) => void)[] = [
      (connection) => {
        connection.close();
        expect(connection.pong()).toBe(true);
        drain(connection);
        connection.receive(toward(role, FIN | CLOSE));
      },
      (connection) => connection.fail(),
      (connection) => connection.receiveEof(),
      (connection) => connection.receive(toward(role, FIN | CLOSE)),
      (connection) => connection.receive(hex('ffff')),
    ];
    const closing = open({ role }).connection;
    closing.close();
    expect([closing.sendText('a'), closing.ping(), closing.close()]).toEqual([false, false, false]);
    for (const end of ways) {
      const { connection } = open({ role });
      const fragmented = connection.textWriter();
      fragmented.write('a');
      connection.receive(toward(role, FIN | PING)); // its pong is in the output
      end(connection);
      drain(connection);
      const sent = [
        connection.sendText('a'),
        connection.sendText(hex('61')),
        connection.sendBinary(hex('61')),
        connection.ping(),
        connection.pong(),
        connection.close(1000),
        connection.textWriter().write('a'),
        connection.binaryWriter().end(),
        fragmented.write('b'),
        fragmented.end(),
      ];
      expect(sent).toEqual(sent.map(() => false));
      expect(connection.dataToSend()).toBe(undefined);
      expect(connection.bufferedAmount).toBe(0);
    }
  });
});

describe('close', () => {
  it.each([0, 999, 1004, 1005, 1006, 1015, 5000, 1000.5, Number.NaN, '1000'])(
    'refuses the code %s and changes nothing (advisory S08)',
    (code) => {
      const { connection } = open({ role: 'server' });
      expect(() => connection.close(code as number)).toThrow(RangeError);
      expect(() => connection.fail(code as number)).toThrow(RangeError);
      expect(connection.state).toBe('open');
      expect(connection.dataToSend()).toBe(undefined);
    },
  );

  it('refuses a reason of more than 123 bytes, and one without a code (advisory S10)', () => {
    const { connection } = open({ role: 'server' });
    expect(() => connection.close(1000, 'é'.repeat(62))).toThrow(RangeError);
    expect(() => connection.close(undefined, 'a')).toThrow(TypeError);
    expect(() => connection.close(1000, new Uint16Array(3) as never)).toThrow(TypeError);
    expect(connection.state).toBe('open');
    expect(connection.close(1000, `${'é'.repeat(61)}a`)).toBe(true);
    expect(drain(connection).length).toBe(127);
  });

  it('still refuses a wrong code when it is too late to close', () => {
    const { connection } = open({ role: 'server' });
    connection.close();
    expect(() => connection.close(1005)).toThrow(RangeError);
  });
});

describe('fail', () => {
  it('says so once, whatever follows (advisory A16)', () => {
    const { connection, events } = open({ role: 'server' });
    connection.sendText('before');
    connection.fail(1008, 'enough');
    connection.fail(1011);
    connection.receive(toward('server', FIN | TEXT, 'late'));
    connection.receiveEof();
    expect(events.length).toBe(1);
    expect(connection.closeInfo).toEqual({
      wasClean: false,
      code: 1008,
      reason: 'enough',
      fault: undefined,
      truncated: false,
    });
    expect([...drain(connection)]).toEqual([...hex('81 06 6265666f7265 88 08 03f0 656e6f756768')]);
  });

  it('is 1002 by default', () => {
    const { connection } = open({ role: 'client' });
    connection.fail();
    expect([...drain(connection)]).toEqual(closeFrame('client', '03ea'));
    expect(connection.transportAction).toBe('end');
  });
});

it.each([
  ['fail', (connection: Connection) => connection.fail(1008), '880203f0'],
  ['close', (connection: Connection) => connection.close(1000), '880203e8 8a0107'],
] as const)(
  'a ping whose sink calls %s: nothing follows the Close of a connection that has ended',
  (_, end, output) => {
    for (const mode of MODES) {
      const { connection } = open({ role: 'server', ...mode }, [], { ping: () => end(connection) });
      connection.receive(masked(0x89, hex('07')));
      expect(drain(connection)).toEqual(hex(output));
    }
  },
);
