import { Connection, type ConnectionHandlers, type MessageExtension } from '@sanssocket/codec';
import { ConnectionDriver, type Transport } from '@sanssocket/codec/driver';
import { describe, expect, it } from 'vitest';

const HI = Uint8Array.of(0x81, 2, 0x68, 0x69);
/** The first fragment of a text, and its end. */
const BEGIN = Uint8Array.of(0x01, 1, 0x68);
const END = Uint8Array.of(0x80, 1, 0x69);

function client(handlers: ConnectionHandlers, extensions: readonly MessageExtension[] = []): Connection {
  return new Connection({ role: 'client' }, handlers, extensions);
}

describe('setHandlers', () => {
  it('gives all that follows to the new handlers, in each form of messages', () => {
    const heard: string[] = [];
    const forms: Record<string, ConnectionHandlers> = {
      whole: { text: (text) => heard.push(text) },
      borrowed: { message: (_opcode, slice) => heard.push(`${slice.length} bytes`) },
      streamed: {
        messageStart: () => heard.push('start'),
        messageData: (slice) => heard.push(`${slice.length} bytes`),
        messageEnd: () => heard.push('end'),
      },
    };
    const connection = client({});
    for (const first of Object.values(forms)) {
      for (const second of Object.values(forms)) {
        for (const handlers of [first, second]) {
          connection.setHandlers(handlers);
          connection.receive(HI);
          connection.receive(BEGIN);
          connection.receive(END);
        }
      }
    }
    const whole = ['hi', 'hi'];
    const borrowed = ['2 bytes', '2 bytes'];
    const streamed = ['start', '2 bytes', 'end', 'start', '1 bytes', '1 bytes', 'end'];
    const each = [whole, borrowed, streamed];
    expect(heard).toEqual(each.flatMap((a) => each.flatMap((b) => [...a, ...b])));
  });

  it('is refused inside of a message, at any byte of it, and changes nothing then', () => {
    const bytes = [...BEGIN, ...END];
    for (let cut = 1; cut < bytes.length; cut++) {
      const heard: string[] = [];
      const connection = client({ text: (text) => heard.push(text) });
      connection.receive(Uint8Array.from(bytes.slice(0, cut)));
      expect(() => connection.setHandlers({ text: () => heard.push('other') })).toThrow(
        expect.objectContaining({ code: 'MESSAGE_IN_PROGRESS' }),
      );
      connection.receive(Uint8Array.from(bytes.slice(cut)));
      expect(heard).toEqual(['hi']);
    }
  });

  it('is refused inside of a handler, and for handlers that are none', () => {
    const errors: unknown[] = [];
    const connection = client({
      text: () => {
        try {
          connection.setHandlers({});
        } catch (error) {
          errors.push(error);
        }
      },
    });
    connection.receive(HI);
    expect(errors).toEqual([expect.objectContaining({ code: 'REENTRANT_CALL' })]);
    expect(() => connection.setHandlers(null as unknown as ConnectionHandlers)).toThrow(
      expect.objectContaining({ code: 'HANDLERS_INVALID' }),
    );
    expect(() => connection.setHandlers({ text() {}, message() {} })).toThrow(
      expect.objectContaining({ code: 'HANDLERS_INVALID' }),
    );
    connection.receive(HI);
    expect(errors).toHaveLength(2);
  });

  it('is for handlers that are made of the driver', () => {
    const written: number[] = [];
    const transport: Transport = {
      write(chunks) {
        for (const chunk of chunks) written.push(...chunk);
        return chunks.reduce((sum, { length }) => sum + length, 0);
      },
      pause() {},
      resume() {},
      end() {},
      destroy() {},
      wakeAt() {},
    };
    const driver = new ConnectionDriver(new Connection({ role: 'server' }, {}), transport, {}, 0);
    driver.connection.setHandlers({ text: (text) => driver.sendText(text) });
    driver.receive(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69), 1);
    expect(written).toEqual([...HI]);
  });
});
