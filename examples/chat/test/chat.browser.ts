/** The page in Chromium: two tabs, their frames, and a server that goes away and comes back. */
import { existsSync } from 'node:fs';
import axe, { type AxeResults } from 'axe-core';
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

/** What axe finds on a page as it stands. */
async function findBarriers(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(`${axe.source}; axe.run()`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
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
    expect(await frame.locator('.bits').getAttribute('aria-label')).toContain('RSV1=1');
    const sizes = /(\d+) bytes compressed from (\d+)/.exec((await frame.textContent()) ?? '');
    expect(Number(sizes?.[1])).toBeLessThan(Number(sizes?.[2]) / 2);
  }
});

it('shows the frames of its own connection, both ways, as RFC 6455 draws them', async () => {
  const ada = await join('Ada');
  await say(ada, 'look');
  const own = ada.locator('.frame.received', { hasText: '{"type":"say","text":"look"}' });
  await own.waitFor();
  const drawn = (await own.locator('.bits').getAttribute('aria-label')) ?? '';
  expect(drawn).toMatch(
    /^FIN=1, RSV1=1, RSV2=0, RSV3=0, opcode=0x1 \(text\), MASK=1, payload length \d+, masking key( [0-9a-f]{2}){4}$/,
  );
  expect(await own.locator('.field.mask b').textContent()).toBe('1');
  const key = (await own.locator('.field.key b').allTextContents()).join(' ');
  expect(drawn).toContain(`masking key ${key}`);

  const answer = ada.locator('.frame.sent', { hasText: '"text":"look"' });
  await answer.waitFor();
  expect(await answer.locator('.bits').getAttribute('aria-label')).toContain('MASK=0');
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
  await heard(ada, 'The server is going away');
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
  const own = ada.locator('.frame.received', { hasText: '"text":"first"' });
  expect(await own.locator('.bits').isVisible()).toBe(false);
  await own.locator('summary').click();
  await say(ada, 'second');
  await ada.locator('.frame.sent', { hasText: '"text":"second"' }).waitFor();
  expect(await own.locator('.bits').isVisible()).toBe(true);
  expect(await ada.locator('.frame details[open]').count()).toBe(2);
});

it('talks without compression when it is switched off, and then masking can be seen', async () => {
  const ada = await join('Ada');
  await ada.getByLabel('Compress').uncheck();
  await heard(ada, 'you are back');
  await say(ada, 'read me, read me, read me, read me, read me, read me');
  const own = ada.locator('.frame.received', { hasText: 'read me' });
  await own.waitFor();
  expect(await own.locator('[aria-label]').getAttribute('aria-label')).toContain('RSV1=0');
  expect(await own.locator('.field.payload b').allTextContents()).toEqual([...'{"type":"say",']);
  await ada.getByLabel('Compress').check();
  // The page has connected anew; before that it could not say anything.
  const back = ada.getByRole('log').getByText('you are back', { exact: true });
  await expect.poll(() => back.count()).toBe(2);
  await say(ada, 'noise '.repeat(30));
  const noise = ada.locator('.frame.received', { hasText: 'noise' });
  await noise.waitFor();
  expect(await noise.locator('[aria-label]').getAttribute('aria-label')).toContain('RSV1=1');
  expect(await ada.locator('#people li').count()).toBe(1);
  expect(complaints).toEqual([]);
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
  const ada = await join('Ada');
  await ada.setViewportSize({ width: 390, height: 780 });
  await say(ada, 'hello');
  await heard(ada, 'hello');
  expect(await ada.locator('#frames').isVisible()).toBe(false);
  await ada.getByRole('button', { name: 'Frames' }).click();
  expect(await ada.locator('.frame .field.opcode').first().isVisible()).toBe(true);
  expect(await ada.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  await ada.getByRole('button', { name: 'Chat', exact: true }).click();
  expect(await ada.getByRole('log').isVisible()).toBe(true);
});

it.each(['light', 'dark'] as const)('has no barriers that axe finds, when it is %s', async (colorScheme) => {
  const ada = await join('Ada');
  await ada.emulateMedia({ colorScheme });
  const empty = await context.newPage();
  await empty.emulateMedia({ colorScheme });
  await empty.goto(`http://localhost:${port}/`);
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
