/** The page in Chromium: two tabs, their frames, and a server that goes away and comes back. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ChatServer } from '../src/server.js';

const CHROMIUM = '/usr/bin/chromium';
const OFFLINE = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

let browser: Browser;
let context: BrowserContext;
let chat: ChatServer;
let port: number;
/** What pages complain about: must stay empty. */
let complaints: string[];

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`these tests need ${CHROMIUM}: apt-get install --no-install-recommends chromium`);
  }
  // Chromium's sandbox does not work for root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...OFFLINE, ...sandbox] });
});
afterAll(() => browser?.close());

beforeEach(async () => {
  complaints = [];
  context = await browser.newContext();
  chat = new ChatServer({ closeTimeoutMs: 1000 });
  port = await chat.listen(0);
});
afterEach(async () => {
  await context.close();
  await chat.close();
});

async function join(name: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`http://localhost:${port}/`);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join the chat' }).click();
  await page.getByText(`Connected as ${name}`).waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** Waits until the log of messages has a text. */
function heard(page: Page, text: string): Promise<void> {
  return page.getByRole('log').getByText(text, { exact: true }).waitFor();
}

it('lets two tabs chat, and shows who is here, who comes and who goes', async () => {
  const ada = await join('Ada');
  const bob = await join('Bob');
  await heard(ada, 'Bob joined');
  await say(ada, 'Hello Bob!');
  await heard(bob, 'Hello Bob!');
  await heard(ada, 'Hello Bob!');
  await say(bob, 'Grüße, Ada 👋');
  await heard(ada, 'Grüße, Ada 👋');
  expect(await bob.locator('#people li').allTextContents()).toEqual(['Ada', 'Bob']);
  await bob.close();
  await heard(ada, 'Bob left');
  expect(await ada.locator('#people li').allTextContents()).toEqual(['Ada']);
  expect(complaints).toEqual([]);
});

it('agrees on permessage-deflate with the browser, and shows RSV1 and both sizes', async () => {
  const ada = await join('ada');
  const text = 'la '.repeat(60).trim();
  await say(ada, text);
  for (const direction of ['received', 'sent']) {
    const frame = ada.locator(`.frame.${direction}`, { hasText: text }).last();
    await frame.waitFor();
    expect(await frame.getByRole('img').getAttribute('aria-label')).toContain('RSV1=1');
    const sizes = /(\d+) bytes compressed from (\d+)/.exec((await frame.textContent()) ?? '');
    expect(Number(sizes?.[1])).toBeLessThan(Number(sizes?.[2]) / 2);
  }
});

it('shows the frames of its own connection, both ways, as RFC 6455 draws them', async () => {
  const ada = await join('Ada');
  await say(ada, 'look');
  const own = ada.locator('.frame.received', { hasText: '{"type":"say","text":"look"}' });
  await own.waitFor();
  const drawn = (await own.getByRole('img').getAttribute('aria-label')) ?? '';
  expect(drawn).toMatch(
    /^FIN=1, RSV1=1, RSV2=0, RSV3=0, opcode=0x1 \(text\), MASK=1, payload length \d+, masking key( [0-9a-f]{2}){4}$/,
  );
  expect(await own.locator('.field.mask b').textContent()).toBe('1');
  const key = (await own.locator('.field.key b').allTextContents()).join(' ');
  expect(drawn).toContain(`masking key ${key}`);

  const answer = ada.locator('.frame.sent', { hasText: '"text":"look"' });
  await answer.waitFor();
  expect(await answer.getByRole('img').getAttribute('aria-label')).toContain('MASK=0');
  // Join, welcome, say and said: the panel's own connection is not in it.
  expect(await ada.locator('.frame').count()).toBe(4);
  expect(complaints).toEqual([]);
});

it('takes what others write as text', async () => {
  const ada = await join('<i>Ada</i>');
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
  await ada.getByText(/Connection lost, next try in \d+ s/).waitFor();
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
