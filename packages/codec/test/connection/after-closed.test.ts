/** After the terminal event nothing is called but `error`: in no delivery, from no promise, whatever the host does and whatever was under way. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BINARY, CLOSE, CONTINUATION, FIN, PING, RSV1, TEXT } from '../../src/frames.js';
import type { ConnectionHandlers, MessageExtension } from '../../src/index.js';
import { connectionOf } from '../endpoint.js';
import { flip, Manual, settled } from '../extensions.js';
import { concat, hex, masked, utf8 } from '../frames.js';

const NAMES = [
  'text',
  'binary',
  'message',
  'messageStart',
  'messageData',
  'messageEnd',
  'ping',
  'pong',
  'close',
  'close',
  'outputAvailable',
] as const;

const parts: Readonly<Record<string, Uint8Array>> = {
  text: masked(FIN | TEXT, 'plain'),
  'encoded text': masked(FIN | RSV1 | TEXT, flip(utf8('encoded'))),
  'encoded binary in two': concat(
    masked(RSV1 | BINARY, flip(utf8('first'))),
    masked(FIN | PING, 'between'),
    masked(FIN | CONTINUATION, flip(utf8('second'))),
  ),
  'encoded text that is none': masked(FIN | RSV1 | TEXT, flip(hex('ff'))),
  beginning: masked(TEXT, 'messageStart'),
  ping: masked(FIN | PING, 'ping'),
  close: masked(FIN | CLOSE, hex('03e8')),
  fault: hex('83 80'),
};

type Act =
  | { readonly kind: 'hear'; readonly what: string; readonly size: number }
  | { readonly kind: 'resolve' | 'reject' | 'wait' | 'send' | 'end' | 'fail' | 'close' | 'pause' | 'resume' };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('hear' as const),
        what: fc.constantFrom(...Object.keys(parts).slice(0, 6), ...Object.keys(parts)),
        size: fc.constantFrom(1, 5, 1000),
      }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('resolve' as const, 'send' as const) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('wait', 'reject', 'end', 'fail', 'close', 'pause', 'resume', 'resume'),
      }),
    },
  ),
  { minLength: 5, maxLength: 25 },
);
/** What the sink does at some of its events. */
const reactions = fc.array(
  fc.constantFrom('nothing', 'nothing', 'fail', 'close', 'pause', 'blink', 'throw', 'send'),
  {
    minLength: 1,
    maxLength: 6,
  },
);

class SinkError extends Error {}

describe.each(['whole', 'borrowed', 'streamed'] as const)('messages %s', (messages) => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('nothing is called after the terminal event, which comes once', async () => {
    vi.stubGlobal('reportError', () => {});
    await fc.assert(
      fc.asyncProperty(acts, reactions, fc.boolean(), async (script, answers, asynchronous) => {
        const log: string[] = [];
        const manual = new Manual();
        const atOnce: MessageExtension = { rsv: RSV1, encode: flip, decode: flip };
        let events = 0;
        const react = (name: string): void => {
          log.push(name);
          const answer = answers[events++ % answers.length];
          if (answer === 'fail') connection.fail(1008);
          else if (answer === 'close') connection.close(1000);
          else if (answer === 'send') connection.sendText('from a sink');
          else if (answer === 'throw') throw new SinkError();
          else if (answer === 'pause' || answer === 'blink') connection.pause();
          if (answer === 'blink') connection.resume();
        };
        const sink: ConnectionHandlers = {
          ...Object.fromEntries(NAMES.map((name) => [name, () => react(name)])),
          error: () => {},
        };
        const connection = connectionOf({ role: 'server', messages }, sink, [asynchronous ? manual : atOnce]);
        const attempt = (call: () => void): void => {
          try {
            call();
          } catch (error) {
            if (!(error instanceof SinkError)) throw error;
          }
        };
        for (const act of script) {
          switch (act.kind) {
            case 'hear': {
              const bytes = parts[act.what]!;
              for (let at = 0; at < bytes.length; at += act.size)
                attempt(() => connection.receive(bytes.slice(at, at + act.size)));
              break;
            }
            case 'resolve':
              manual.failures.shift();
              manual.jobs.shift()?.();
              break;
            case 'reject':
              manual.jobs.shift();
              manual.failures.shift()?.();
              break;
            case 'wait':
              await settled();
              break;
            case 'send':
              connection.sendText('sent');
              break;
            case 'end':
              attempt(() => connection.receiveEof());
              break;
            case 'fail':
              attempt(() => connection.fail(1011));
              break;
            default:
              attempt(() => connection[act.kind as 'close' | 'pause' | 'resume']());
          }
        }
        // All that is under way comes to its end, one way or the other.
        for (let i = 0; i < 60; i++) {
          attempt(() => connection.resume());
          await Promise.resolve();
          manual.jobs.shift()?.();
        }
        await settled();
        attempt(() => connection.receiveEof());
        for (let i = 0; i < 30 && connection.state !== 'closed'; i++) {
          attempt(() => connection.resume());
          manual.jobs.shift()?.();
          await settled();
        }
        expect(log.filter((name) => name === 'close')).toEqual(['close']);
        expect(log.at(-1)).toBe('close');
        expect(connection.closeInfo).toBeDefined();
        expect(manual.closed).toBe(asynchronous ? 1 : 0);
        // Nor does anything come of what is done to it then.
        while (connection.dataToSend() !== undefined);
        for (const bytes of Object.values(parts)) connection.receive(bytes.slice());
        connection.receiveEof();
        connection.fail(1008);
        connection.pause();
        connection.resume();
        expect([
          connection.sendText('late'),
          connection.ping(),
          connection.pong(),
          connection.close(),
        ]).toEqual([false, false, false, false]);
        await settled();
        expect(log.at(-1)).toBe('close');
        expect([connection.dataToSend(), connection.bufferedAmount, connection.paused]).toEqual([
          undefined,
          0,
          false,
        ]);
      }),
      { numRuns: 120 },
    );
  });
});
