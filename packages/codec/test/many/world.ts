/** Many connections at once, and the script by which their hosts act, in any order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BINARY, type Connection, PreparedMessage, TEXT } from '../../src/index.js';
import { type Habits, Host } from './host.js';
import { bytesOf, lengths, memoryKinds, place, textOf, utf8 } from './payloads.js';
import { habits, plainSettings, type Setting, settings } from './settings.js';

const host = fc.nat(39);
const sizes = fc.constantFrom(1, 3, 100, 600, 4000, 4000, 5000, 20_000, 65_536, 65_536, 200_000);
/** Pieces of large messages, and how many of a kind come in a row: some are put together, some held where they stand. */
const parts = fc.oneof(
  fc.tuple(fc.constantFrom(600, 4000, 4000), fc.integer({ min: 1, max: 18 })),
  fc.tuple(fc.constantFrom(20_000, 65_536, 65_536), fc.integer({ min: 1, max: 2 })),
);
const said = {
  length: lengths,
  seed: fc.nat(9999),
  memory: memoryKinds,
  /** Whether the payload is left as it is, and must stay so; it is overwritten otherwise. */
  keep: fc.boolean(),
};
const together = fc.record({
  kind: fc.constant('together' as const),
  ...said,
  length: fc.constantFrom(20_000, 70_000, 160_000).map((length): number => length),
  sizes: fc.array(parts, { minLength: 1, maxLength: 6 }),
});
const commands = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      host,
      how: fc.constantFrom('text', 'text as bytes', 'binary', 'binary', 'span', 'prepared', 'in two'),
      times: fc.integer({ min: 1, max: 3 }),
      ...said,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('broadcast' as const), prepared: fc.boolean(), ...said }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fragment' as const),
      host,
      text: fc.boolean(),
      last: fc.boolean(),
      ...said,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('carry' as const),
      host,
      chunks: fc.integer({ min: 0, max: 3 }),
      bytes: sizes,
      times: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 2, arbitrary: together },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resume' as const), host }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), host }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ping' as const), host, ...said }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), host }) },
);
type Command = typeof commands extends fc.Arbitrary<infer C> ? C : never;

const pair = fc.tuple(fc.nat(1), habits, habits);

function holds(
  list: fc.Arbitrary<Setting>,
  pairs: fc.Arbitrary<[number, Habits, Habits][]>,
  script: fc.Arbitrary<Command[]>,
  numRuns: number,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.array(list, { minLength: 1, maxLength: 2 }), pairs, script, async (...all) => {
      const world = new World(all[0], all[1]);
      for (const command of all[2]) await world.play(command);
      await world.finish();
    }),
    { numRuns },
  );
}

/**
 * Many connections, of one or two configurations and both roles, interleaved in any order, whose hosts do all that they may with
 * memory that is theirs: everything arrives, no byte of one is ever another's, nothing changes in the hands of whoever has it.
 */
export function manyConnections(numRuns: number): Promise<void> {
  const pairs = fc.oneof(
    { weight: 3, arbitrary: fc.array(pair, { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(pair, { minLength: 5, maxLength: 20 }) },
  );
  return holds(settings, pairs, fc.array(commands, { minLength: 20, maxLength: 80, size: 'max' }), numRuns);
}

/** The same with a few large messages that arrive side by side in pieces of all lengths. */
export function largeMessages(numRuns: number): Promise<void> {
  const pairs = fc.array(pair, { minLength: 1, maxLength: 2 });
  const larger = fc
    .tuple(
      together,
      fc.constantFrom(300_000, 600_000),
      fc.array(parts, { minLength: 4, maxLength: 8, size: 'max' }),
    )
    .map(([command, length, sizes]) => ({ ...command, length, sizes }));
  return holds(plainSettings, pairs, fc.array(larger, { minLength: 1, maxLength: 2 }), numRuns);
}

function tick(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** A message in two fragments, without anything between them. */
function sendInTwo(connection: Connection, bytes: Uint8Array): boolean {
  const half = bytes.length >> 1;
  const message = connection.binaryWriter();
  return message.write(bytes.subarray(0, half)) && message.end(bytes.subarray(half));
}

/** All hosts, and time for those that need it. */
class World {
  readonly #settings: readonly Setting[];
  readonly #hosts: Host[] = [];
  #fed = 0;

  constructor(list: readonly Setting[], pairs: readonly (readonly [number, Habits, Habits])[]) {
    this.#settings = list;
    for (const [choice, ofClient, ofServer] of pairs) {
      const setting = list[choice % list.length]!;
      const agreed = setting.agree();
      const client = new Host(setting.client, ofClient, agreed.client);
      const server = new Host(setting.server, ofServer, agreed.server);
      client.meet(server);
      server.meet(client);
      this.#hosts.push(client, server);
    }
    for (const end of this.#hosts) end.feed = () => this.#feed();
  }

  /** Some connection gets a few bytes more. */
  #feed(): void {
    const end = this.#hosts[(this.#fed++ * 7) % this.#hosts.length]!;
    end.write(2);
    this.#hosts[(this.#fed * 5) % this.#hosts.length]!.read(3000);
  }

  async play(command: Command): Promise<void> {
    if (command.kind === 'tick') return tick();
    if (command.kind === 'broadcast') return this.#broadcast(command);
    if (command.kind === 'together') return this.#together(command);
    const end = this.#hosts[command.host % this.#hosts.length]!;
    switch (command.kind) {
      case 'say':
        for (let i = 0; i < command.times; i++) this.#say(end, command, command.seed + i);
        break;
      case 'fragment': {
        const { text, length, seed, memory, last, keep } = command;
        end.sendFragment(text ? textOf(length, seed) : place(bytesOf(length, seed), memory), last, keep);
        break;
      }
      case 'carry':
        for (const other of this.#hosts) if (command.chunks > 0) other.write(command.chunks);
        for (let i = 0; i < command.times && end.read(command.bytes); i++);
        break;
      case 'resume':
        end.resume();
        break;
      case 'pause':
        end.connection.pause();
        break;
      case 'ping':
        end.ping(place(bytesOf(command.length % 126, command.seed), command.memory));
        break;
      case 'close':
        end.connection.close(1000);
    }
  }

  #say(end: Host, { how, length, memory, keep }: Extract<Command, { kind: 'say' }>, seed: number): void {
    const { connection } = end;
    if (how === 'text') end.sendText(textOf(length, seed));
    else if (how === 'text as bytes') {
      const text = utf8(textOf(length, seed));
      if (keep)
        end.send(place(text, memory), true, (payload) => connection.sendText(payload), seed % 2 === 0);
      else
        end.send(
          place(text, memory),
          true,
          (bytes) => connection.sendSlice(TEXT, { bytes, start: 0, end: bytes.length }),
          false,
        );
    } else {
      const payload = place(bytesOf(length, seed), memory);
      end.send(
        payload,
        false,
        how === 'binary'
          ? (bytes) => connection.sendBinary(bytes)
          : how === 'span'
            ? (bytes) => connection.sendSlice(BINARY, { bytes, start: 0, end: bytes.length })
            : how === 'prepared'
              ? (bytes) => connection.sendPrepared(PreparedMessage.binary(bytes))
              : (bytes) => sendInTwo(connection, bytes),
        keep,
      );
    }
  }

  /** The same array, or the same prepared message, to all: it is nobody's to change. */
  #broadcast({ length, seed, memory, prepared }: Extract<Command, { kind: 'broadcast' }>): void {
    const payload = place(bytesOf(length, seed), memory);
    const message = PreparedMessage.binary(payload);
    for (const end of this.#hosts) {
      const { connection } = end;
      end.send(
        payload,
        false,
        (bytes) => (prepared ? connection.sendPrepared(message) : connection.sendBinary(bytes)),
        true,
      );
    }
  }

  /** Some say something at once, and it arrives bit by bit, in turn. */
  #together({ length, seed, memory, keep, sizes: rounds }: Extract<Command, { kind: 'together' }>): void {
    const some = this.#hosts.slice(0, 4);
    some.forEach((end, i) => {
      const payload = place(bytesOf(length, seed + i), memory);
      end.send(payload, false, (bytes) => end.connection.sendBinary(bytes), keep);
      end.write(100);
    });
    for (const [bytes, times] of rounds)
      for (let i = 0; i < times; i++) for (const end of some) end.read(bytes);
  }

  /** Lets everything arrive. */
  async settle(): Promise<void> {
    // Messages without a byte may be with an extension, too, and count as none.
    for (let idle = 0; idle < 3; ) {
      let moved = false;
      for (const end of this.#hosts) {
        if (!end.resume()) moved = true;
        if (end.write(1000)) moved = true;
      }
      for (const end of this.#hosts) if (end.read(30_000)) moved = true;
      idle = moved || this.#hosts.some((end) => end.pending) ? 0 : idle + 1;
      if (!moved) await tick();
    }
  }

  /** Ends what is under way, closes all that is still open, and looks at everything. */
  async finish(): Promise<void> {
    for (const end of this.#hosts) if (end.fragments !== null) end.sendFragment('', true, false);
    await this.settle();
    for (const end of this.#hosts) end.checkHeard();
    for (let i = 0; i < this.#hosts.length; i += 2) this.#hosts[i + (i % 4) / 2]!.connection.close(1001);
    await this.settle();
    for (const setting of this.#settings) setting.check();
    for (const end of this.#hosts) {
      assert.equal(end.outcomes.length, 1);
      assert.equal(end.outcomes[0]!.wasClean, true);
      end.check();
    }
  }
}
