/**
 * The page in Chromium, with the real server: tabs, their frames, and a server that goes away and
 * comes back.
 */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChatServer } from '../src/server.js';
import { askToJoin, complaints, findBarriers, fits, heard, openPage, say, useChromium } from './browser.js';
import { Cable } from './cable.js';
import { Broker, ChatProcess, HAS_BROKER } from './processes.js';

let chat: ChatServer;
let port: number;

useChromium();
beforeEach(async () => {
  chat = new ChatServer({ closeTimeoutMs: 1000 });
  port = await chat.listen(0);
});
afterEach(() => chat.close());

function join(name: string, before?: (page: Page) => Promise<unknown>): Promise<Page> {
  return joinAt(port, name, before);
}

async function joinAt(port: number, name: string, before?: (page: Page) => Promise<unknown>): Promise<Page> {
  const page = await openPage(port, before);
  await askToJoin(page, name);
  await page.getByText(`Connected as ${name}`).waitFor();
  return page;
}

/** A frame of the panel, unfolded. */
async function unfolded(page: Page, direction: 'received' | 'sent', text: string) {
  const frame = page.locator(`.frame.${direction}`, { hasText: text }).last();
  await frame.waitFor();
  if ((await frame.locator('details[open]').count()) === 0) await frame.locator('summary').click();
  await frame.locator('.bits').waitFor();
  return frame;
}

it('lets two tabs chat, and shows who is here, who comes and who goes', async () => {
  await chat.close();
  chat = new ChatServer({ closeTimeoutMs: 1000, graceMs: 100 });
  port = await chat.listen(0);
  const ada = await join('Ada');
  const bob = await join('Bob');
  await heard(ada, 'Bob joined');
  await say(ada, 'Hello Bob!');
  await heard(bob, 'Hello Bob!');
  await heard(ada, 'Hello Bob!');
  await say(bob, 'Grüße, Ada 👋');
  await heard(ada, 'Grüße, Ada 👋');
  await expect.poll(() => bob.locator('#people li').allTextContents()).toEqual(['Ada', 'Bob']);
  expect(await bob.locator('#people-count').textContent()).toBe('2');
  await bob.close({ runBeforeUnload: false });
  await heard(ada, 'Bob left');
  expect(await ada.locator('#people li').allTextContents()).toEqual(['Ada']);
  expect(complaints).toEqual([]);
});

it('agrees on permessage-deflate when that is asked for, and shows RSV1 and both sizes; nobody else notices', async () => {
  const bob = await join('Bob');
  const ada = await join('Ada');
  await heard(bob, 'Ada joined');
  await say(ada, 'read me, read me, read me, read me, read me, read me');
  const plain = await unfolded(ada, 'received', 'read me');
  expect(await plain.locator('.bits').getAttribute('aria-label')).toContain('RSV1=0');
  expect(await plain.locator('.field.payload b').allTextContents()).toEqual([...'{"type":"say",']);

  await ada.getByLabel('Compress').check();
  const text = 'la '.repeat(60).trim();
  await unfolded(ada, 'received', '"session"');
  await say(ada, text);
  for (const direction of ['received', 'sent'] as const) {
    const frame = await unfolded(ada, direction, text);
    expect(await frame.locator('.bits').getAttribute('aria-label')).toContain('RSV1=1');
    const sizes = /(\d+) bytes compressed from (\d+)/.exec((await frame.textContent()) ?? '');
    expect(Number(sizes?.[1])).toBeLessThan(Number(sizes?.[2]) / 2);
  }
  await ada.getByLabel('Compress').uncheck();
  await say(ada, 'plain again');
  await heard(bob, 'plain again');
  const notices = await bob.locator('.notice').allTextContents();
  expect(notices).toEqual(['welcome, Bob', 'Ada joined']);
  expect(await ada.locator('.notice').allTextContents()).toEqual(['welcome, Ada']);
  expect(await ada.locator('.state.arrived').count()).toBe(3);
  expect(complaints).toEqual([]);
});

it('shows the frames of its own connection, both ways, as RFC 6455 draws them', async () => {
  const ada = await join('Ada');
  await say(ada, 'look');
  const own = await unfolded(ada, 'received', '{"type":"say","text":"look"');
  const drawn = (await own.locator('.bits').getAttribute('aria-label')) ?? '';
  expect(drawn).toMatch(
    /^FIN=1, RSV1=0, RSV2=0, RSV3=0, opcode=0x1 \(text\), MASK=1, payload length \d+, masking key( [0-9a-f]{2}){4}$/,
  );
  expect(await own.locator('.field.mask b').textContent()).toBe('1');
  const key = (await own.locator('.field.key b').allTextContents()).join(' ');
  expect(drawn).toContain(`masking key ${key}`);

  const answer = await unfolded(ada, 'sent', '"text":"look"');
  expect(await answer.locator('.bits').getAttribute('aria-label')).toContain('MASK=0');
  // The panel's own connection is not in it.
  expect(await ada.locator('.frame', { hasText: 'maskingKey' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

it('takes what others write as text', async () => {
  const ada = await join('&lt;i&amp;');
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await say(ada, evil);
  await heard(ada, evil);
  expect(await ada.locator('#log img, #log script, #frames img, #people i').count()).toBe(0);
  expect(await ada.title()).toBe('sanssocket chat');
  expect(complaints).toEqual([]);
});

it('connects again when the server has restarted', async () => {
  const ada = await join('Ada');
  await say(ada, 'before');
  await heard(ada, 'before');
  await chat.close();
  await heard(ada, /^The server is going away/);
  await ada.getByText(/The server is going away, next try in \d+ s/).waitFor();
  expect(await ada.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);

  chat = new ChatServer({ closeTimeoutMs: 1000 });
  await chat.listen(port);
  await ada.getByText('Connected as Ada').waitFor();
  await heard(ada, 'you are back');
  const bob = await join('Bob');
  await say(ada, 'after');
  await heard(bob, 'after');
  await heard(ada, 'before');
});

it('shows an example before one has joined, and selects the name of the last visit', async () => {
  const ada = await join('Ada');
  expect(await ada.locator('.example').count()).toBe(0);
  await ada.reload();
  await ada.locator('.frame.example', { hasText: 'Hello' }).locator('.bits').waitFor();
  expect(await ada.evaluate('getSelection().toString()')).toBe('Ada');
  await ada.keyboard.type('Eve');
  await ada.keyboard.press('Enter');
  await ada.getByText('Connected as Eve').waitFor();
  await ada.locator('.frame:not(.example)').first().waitFor();
  expect(await ada.locator('.example').count()).toBe(0);
});

it('folds older frames to a line, but none that the reader has unfolded', async () => {
  const ada = await join('Ada');
  await say(ada, 'first');
  await ada.locator('.frame.sent', { hasText: '"text":"first"' }).waitFor();
  expect(await ada.locator('.frame details[open]').count()).toBe(1);
  const own = await unfolded(ada, 'received', '"text":"first"');
  await say(ada, 'second');
  await ada.locator('.frame.sent', { hasText: '"text":"second"' }).waitFor();
  expect(await own.locator('.bits').isVisible()).toBe(true);
  expect(await ada.locator('.frame details[open]').count()).toBe(2);
});

it('says what a field is, when it is pointed at, focused or tapped', async () => {
  const ada = await join('Ada');
  await say(ada, 'look');
  await ada.locator('.frame.sent', { hasText: '"text":"look"' }).waitFor();
  const note = ada.locator('#note');
  const field = (name: string) => ada.locator('.frame details[open]').locator(name).first();
  await field('.opcode').hover();
  await expect.poll(() => note.textContent()).toContain('%x1 denotes a text frame. (RFC 6455, section 5.2)');
  await field('.flag').focus();
  await expect.poll(() => note.textContent()).toContain('final fragment in a message');
  await ada.keyboard.press('Tab');
  await expect.poll(() => note.textContent()).toContain('RFC 7692, section 6');
  await field('.mask').dispatchEvent('click');
  await expect
    .poll(() => note.textContent())
    .toContain('All frames sent from client to server have this bit set to 1');
});

it('has the frames within reach on a phone', async () => {
  const bob = await join('Bob');
  const ada = await join('Ada', (page) => page.setViewportSize({ width: 390, height: 780 }));
  await heard(bob, 'Ada joined');
  await say(ada, 'hello');
  await heard(ada, 'hello');
  expect(await ada.locator('#frames').isVisible()).toBe(false);
  expect(await ada.locator('.frame:not(.example)').count()).toBe(0);
  await ada.getByRole('button', { name: 'Frames' }).click();
  await unfolded(ada, 'sent', '"welcome"');
  expect(await fits(ada)).toBe(true);
  await ada.getByRole('button', { name: 'Chat', exact: true }).click();
  await say(ada, 'seen');
  await heard(bob, 'seen');
  await ada.getByRole('button', { name: 'Frames' }).click();
  await ada.locator('.frame.received', { hasText: '"seen"' }).waitFor();
  for (const once of ['"welcome"', '"seen","n"']) {
    expect(await ada.locator('.frame', { hasText: once }).count(), once).toBe(1);
  }
  await heard(bob, 'seen');
  expect(await bob.locator('.notice').allTextContents()).toEqual(['welcome, Bob', 'Ada joined']);
  expect(await ada.locator('.notice').allTextContents()).toEqual(['welcome, Ada']);
});

it.each(['light', 'dark'] as const)('has no barriers that axe finds, when it is %s', async (colorScheme) => {
  const ada = await join('Ada');
  await ada.emulateMedia({ colorScheme });
  const empty = await openPage(port, (page) => page.emulateMedia({ colorScheme }));
  expect(await findBarriers(empty)).toEqual([]);
  await empty.close();

  await join('Bob');
  for (let number = 0; number < 20; number++) await say(ada, `line ${number}`);
  await heard(ada, 'line 19');
  expect(await findBarriers(ada)).toEqual([]);
  await ada.setViewportSize({ width: 390, height: 780 });
  expect(await findBarriers(ada)).toEqual([]);
  await ada.getByRole('button', { name: 'Frames' }).click();
  expect(await findBarriers(ada)).toEqual([]);
  await chat.close();
  await ada.getByText(/The server is going away, next try/).waitFor();
  expect(await findBarriers(ada)).toEqual([]);
});

it('can be used with the keyboard alone', async () => {
  const ada = await join('Ada');
  await ada.reload();
  await ada.keyboard.press('Enter'); // the name is there
  await ada.getByText('Connected as Ada').waitFor();
  await ada.keyboard.type('typed');
  await ada.keyboard.press('Enter');
  await heard(ada, 'typed');
  const focused = (): Promise<string> =>
    ada.evaluate(
      'document.activeElement.id || document.activeElement.tagName + document.activeElement.className',
    );
  const passed: string[] = [];
  for (let presses = 0; presses < 14; presses++) {
    await ada.keyboard.press('Tab');
    passed.push(await focused());
  }
  for (const stop of ['send', 'compress', 'hold', 'clear', 'SUMMARY', 'BUTTONfield flag one-bit']) {
    expect(passed).toContain(stop);
  }
});

it('tells beside the field that a name looks like somebody else’s', async () => {
  await join('Ada');
  const second = await openPage(port);
  for (const name of ['\u0410da', '\u3164', 'Ada\u200b', 'Ada> I resign']) {
    await askToJoin(second, name);
    await expect.poll(() => second.locator('#name-fault').textContent()).toMatch(/^a (word of a )?name /);
    expect(await second.getByLabel('Your name').isVisible()).toBe(true);
  }
  // In letters of its own alphabet a name may look like another, and then has a number, too.
  await askToJoin(second, 'ADA');
  await second.getByText('Connected as ADA 2').waitFor();
});

it('is the same person when it is loaded anew, and the others see nothing of it', async () => {
  const bob = await join('Bob');
  const ada = await join('Ada');
  await say(ada, 'before');
  await heard(bob, 'before');
  await ada.reload();
  await ada.keyboard.press('Enter');
  await ada.getByText('Connected as Ada').waitFor();
  await heard(ada, 'before');
  await say(ada, 'after');
  await heard(bob, 'after');
  expect(await bob.locator('.notice').allTextContents()).toEqual(['welcome, Bob', 'Ada joined']);
  expect(await ada.locator('.message.own').count()).toBe(2);
});

it('hears what was said while it was cut off, once, and the others see nothing of that', async () => {
  const cable = await Cable.to(port);
  const bob = await join('Bob');
  const ada = await joinAt(cable.port, 'Ada');
  await say(ada, 'one');
  await heard(bob, 'one');
  cable.cut();
  await heard(ada, 'Connection lost');
  await say(bob, 'meanwhile');
  await heard(bob, 'meanwhile');
  cable.mend();
  await heard(ada, 'you are back');
  await heard(ada, 'meanwhile');
  await say(ada, 'two');
  await heard(bob, 'two');
  expect(await ada.locator('.message p').allTextContents()).toEqual(['one', 'meanwhile', 'two']);
  expect(await bob.locator('.notice').allTextContents()).toEqual(['welcome, Bob', 'Ada joined']);
});

it('says once what it sent into a connection that nothing came back from', async () => {
  const cable = await Cable.to(port);
  const bob = await join('Bob');
  const ada = await joinAt(cable.port, 'Ada', (page) => page.clock.install());
  for (const direction of ['answers', 'both'] as const) {
    cable.hold(direction);
    await say(ada, direction);
    if (direction === 'answers') await heard(bob, direction);
    await ada.clock.fastForward(10_500);
    await ada.getByText('No answer from the server').first().waitFor();
    cable.release();
    await ada.clock.fastForward(1_000);
    await heard(bob, direction);
    await expect.poll(() => ada.locator('.message.unsent').count()).toBe(0);
  }
  await say(ada, 'end');
  await heard(bob, 'end');
  expect(await bob.locator('.message p').allTextContents()).toEqual(['answers', 'both', 'end']);
  expect(await ada.locator('.message p').allTextContents()).toEqual(['answers', 'both', 'end']);
  expect(await bob.locator('.notice').allTextContents()).toEqual(['welcome, Bob', 'Ada joined']);
});

it.skipIf(!HAS_BROKER)('goes on while the broker is away, and when its process dies', async () => {
  const broker = await Broker.start();
  const start = (at?: number) => ChatProcess.start(['--broker', broker.url], at);
  const [first, second] = [await start(), await start()];
  const ada = await joinAt(first.port, 'Ada');
  const bob = await joinAt(second.port, 'Bob');
  await heard(ada, 'Bob joined');
  await broker.kill();
  await ada.getByText('broker is away: what is said waits').waitFor();
  await say(ada, 'patience');
  await ada.locator('.message.unsent').waitFor();
  await broker.restart();
  await heard(bob, 'patience');
  await ada.getByText('Connected as Ada', { exact: true }).waitFor();
  first.kill('SIGKILL');
  await first.exited;
  await heard(ada, 'Connection lost');
  await say(bob, 'meanwhile');
  await start(first.port);
  await heard(ada, 'you are back');
  await say(ada, 'again');
  for (const page of [ada, bob]) {
    await heard(page, 'again');
    await expect.poll(() => page.locator('.message.unsent').count()).toBe(0);
    const messages = await page.locator('.message p').allTextContents();
    expect(messages).toEqual(['patience', 'meanwhile', 'again']);
  }
  expect(await ada.locator('.message.own').count()).toBe(2);
});
