/** Clients that do harm, each beside two who chat and must not notice. */
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Settings } from '../src/settings.js';
import { Chatter, maskedFrame, messageFrame, RawClient, startChat } from './support.js';

/** Two who talk all the time: each says the next number when the other's has come. */
class Conversation {
  readonly #ada: Chatter;
  readonly #bob: Chatter;
  #stopped = false;
  readonly #done: Promise<number>;

  private constructor(ada: Chatter, bob: Chatter) {
    this.#ada = ada;
    this.#bob = bob;
    this.#done = this.#talk();
  }

  static async start(url: string): Promise<Conversation> {
    return new Conversation(await Chatter.join(url, 'ada'), await Chatter.join(url, 'bob'));
  }

  get listener(): Chatter {
    return this.#ada;
  }

  async #talk(): Promise<number> {
    let turn = 0;
    while (!this.#stopped) {
      const [speaker, hearer] = turn % 2 === 0 ? [this.#ada, this.#bob] : [this.#bob, this.#ada];
      speaker.say(`turn ${turn}`);
      await hearer.next('said', `turn ${turn}`);
      turn++;
      // Leaves room for everything else that goes on.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return turn;
  }

  /** Both have heard every turn, in order, and are still connected. */
  async expectUndisturbed(): Promise<void> {
    const turnsNow = this.#ada.heard.all.length;
    await this.#ada.heard.until(
      (message) => message.type === 'said' && this.#ada.heard.all.length > turnsNow,
    );
    this.#stopped = true;
    const turns = await this.#done;
    expect(turns).toBeGreaterThan(1);
    for (const chatter of [this.#ada, this.#bob]) {
      await chatter.next('said', `turn ${turns - 1}`);
      const said = chatter.heard.all.flatMap((message) =>
        message.type === 'said' && message.text.startsWith('turn ') ? [message.text] : [],
      );
      expect(said).toEqual(Array.from({ length: turns }, (_, turn) => `turn ${turn}`));
      expect(chatter.endpoint.connection.state).toBe('open');
    }
  }
}

/** Waits until the server has destroyed a socket: who does not read learns of that when it writes. */
async function untilReset({ socket }: RawClient): Promise<void> {
  const writing = setInterval(() => socket.write('x'), 50);
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  clearInterval(writing);
}

let conversation: Conversation;

async function startBusyChat(settings: Partial<Settings> = {}) {
  // Those who talk here do so all the time.
  const started = await startChat({ messagesPerSecond: 1_000_000, burst: 1_000_000, ...settings });
  conversation = await Conversation.start(started.url);
  return started;
}

afterEach(() => conversation.expectUndisturbed());

describe('a client that breaks the protocol', () => {
  const join = messageFrame({ type: 'join', name: 'eve' });
  const cases: [string, Uint8Array, number, string][] = [
    ['garbage', Buffer.from('\xff\xfe\xfd garbage, and more of it', 'latin1'), 1002, 'RESERVED_BITS'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 1002, 'RESERVED_BITS'],
    ['an unmasked frame', Uint8Array.of(0x81, 1, 0x61), 1002, 'MASK_REQUIRED'],
    [
      'a frame of 2^40 bytes',
      Uint8Array.of(0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4),
      1009,
      'FRAME_TOO_LARGE',
    ],
    ['a frame of 2^63 bytes', Uint8Array.of(0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0), 1002, 'LENGTH_TOP_BIT'],
    ['text that is not UTF-8', maskedFrame(0x81, Uint8Array.of(0xc0, 0xaf)), 1007, 'INVALID_UTF8'],
    [
      'a Close with a code that must not be',
      maskedFrame(0x88, Uint8Array.of(3, 0xed)),
      1002,
      'CLOSE_CODE_INVALID',
    ],
  ];
  for (const [what, bytes, code, fault] of cases) {
    it(`sends ${what}`, async () => {
      const { port } = await startBusyChat();
      const eve = RawClient.open(port, '/ws', join);
      await conversation.listener.joined('eve');
      eve.socket.write(Buffer.concat([bytes, randomBytes(1000)]));
      await eve.ended;
      expect(eve.frames().close?.code).toBe(code);
      expect(await conversation.listener.left('eve')).toContain(fault);
    });
  }

  it('cuts its connection off', async () => {
    const { port } = await startBusyChat();
    const eve = RawClient.open(port, '/ws', join, Uint8Array.of(0x81));
    await conversation.listener.joined('eve');
    eve.socket.destroy();
    expect(await conversation.listener.left('eve')).toBe('connection lost');
  });
});

describe('a client that takes its time', () => {
  it('with half a handshake', async () => {
    const { port } = await startBusyChat({ headersTimeoutMs: 300 });
    const half = new RawClient(port);
    half.socket.write('GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: webso');
    const nothing = new RawClient(port);
    await half.ended;
    expect(half.text).toContain('408 Request Timeout');
    await nothing.ended;
  });

  it('and is silent past the wait for its pong', async () => {
    const { port } = await startBusyChat({
      pingIntervalMs: 1000,
      pongTimeoutMs: 1000,
      minReadBytesPerSecond: 1_000_000,
    });
    const silent = RawClient.open(port, '/ws', messageFrame({ type: 'join', name: 'silent' }));
    await conversation.listener.joined('silent');
    await silent.ended;
    const { pings, close } = silent.frames();
    expect(pings).toBe(1);
    expect(close).toEqual({ code: 1008, reason: 'no answer to a ping' });
    expect(await conversation.listener.left('silent')).toBe('no answer to a ping');
  });

  it('and does not finish the closing handshake', async () => {
    const { port } = await startBusyChat({ closeTimeoutMs: 300 });
    const stays = RawClient.open(
      port,
      '/ws',
      messageFrame({ type: 'join', name: 'stays' }),
      maskedFrame(0x88, Uint8Array.of(3, 0xe8)),
    );
    // The server has ended its side; this one keeps its own open until it is destroyed.
    await stays.ended;
    expect(stays.frames().close?.code).toBe(1000);
    await untilReset(stays);
  });
});

describe('a client that does not read', () => {
  const TEXT = '漢'.repeat(1900);

  /** Talks until the server has no room left for the client. */
  async function flood(name: string): Promise<void> {
    const speaker = conversation.listener;
    const gone = speaker.left(name).then(() => true);
    for (let number = 0; ; number++) {
      const text = `${number} ${TEXT}`;
      speaker.say(text);
      await speaker.next('said', text);
      if (await Promise.race([gone, false])) return;
    }
  }

  it('is dropped, and told why behind what it missed', async () => {
    const { port } = await startBusyChat({ backpressureLimit: 64 * 1024, closeTimeoutMs: 60_000 });
    const slow = RawClient.open(port, '/ws', messageFrame({ type: 'join', name: 'slow' }));
    await conversation.listener.joined('slow');
    slow.socket.pause();
    await flood('slow');
    expect(await conversation.listener.left('slow')).toBe('too slow');

    slow.socket.resume();
    await slow.ended;
    const { texts, close } = slow.frames();
    expect(close).toMatchObject({ code: 1013 });
    expect(close?.reason).toContain('too slow');
    const numbers = texts.flatMap((text) => {
      const message = JSON.parse(text) as { type: string; text: string };
      return message.type === 'said' && message.text.endsWith(TEXT)
        ? [Number.parseInt(message.text, 10)]
        : [];
    });
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  it('is cut off if it never reads that', async () => {
    const { port } = await startBusyChat({ backpressureLimit: 64 * 1024, closeTimeoutMs: 300 });
    const slow = RawClient.open(port, '/ws', messageFrame({ type: 'join', name: 'slow' }));
    await conversation.listener.joined('slow');
    slow.socket.pause();
    await flood('slow');
    await untilReset(slow);
  });
});
