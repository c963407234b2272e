// A caller chooses for one message: `SendOptions.compress` overrules threshold and shouldCompress.
import { BINARY, Connection, type SendOptions, TEXT } from '@sanssocket/codec';
import { describe, expect, it } from 'vitest';
import { engines } from '../engines.js';
import { serverEnd } from '../pair.js';

const RSV1 = 0x40;
const LONG = 'abcabcabc'.repeat(200);

const sends: readonly (readonly [string, (end: Connection, text: string, options?: SendOptions) => void])[] =
  [
    ['sendText', (end, text, options) => end.sendText(text, options)],
    ['sendBinary', (end, text, options) => end.sendBinary(new TextEncoder().encode(text), options)],
    [
      'sendSlice',
      (end, text, options) => {
        const bytes = new TextEncoder().encode(text);
        end.sendSlice(TEXT, { bytes, start: 0, end: bytes.length }, options);
      },
    ],
    [
      'sendZeroCopy',
      (end, text, options) => end.sendZeroCopy(BINARY, new TextEncoder().encode(text), options),
    ],
    ['textWriter', (end, text, options) => end.textWriter(options).end(text)],
  ];

describe.each(engines)('%s', (_, engine) => {
  it.each(sends)('%s', async (_name, send) => {
    const first = async (text: string, rules: object, options?: SendOptions): Promise<number> => {
      const extension = serverEnd(engine, '; server_no_context_takeover', rules);
      const bytes: number[] = [];
      await new Promise<void>((resolve) => {
        // Called again for each message that an asynchronous engine has finished.
        const output = (): void => {
          for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend())
            bytes.push(...chunk);
          if (connection.bufferedAmount === 0) resolve();
        };
        const connection = new Connection({ role: 'server' }, { outputAvailable: output }, [extension]);
        // Behind another one, as an asynchronous engine makes it wait in line.
        send(connection, LONG, { compress: true });
        send(connection, text, options);
        output();
      });
      const length = bytes[1]! < 126 ? 2 + bytes[1]! : 4 + bytes[2]! * 256 + bytes[3]!;
      return bytes[length]! & RSV1;
    };
    expect(await first(LONG, {})).toBe(RSV1);
    expect(await first(LONG, {}, {})).toBe(RSV1);
    expect(await first(LONG, {}, { compress: false })).toBe(0);
    expect(await first(LONG, { threshold: 5000, shouldCompress: () => false }, { compress: true })).toBe(
      RSV1,
    );
    expect(await first(LONG, { shouldCompress: () => false })).toBe(0);
  });
});
