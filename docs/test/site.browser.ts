// The site as it is opened from disk, in Chromium: no server, no error, and the search finds all that is written.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumOptions } from '../../tools/chromium.js';
import { inspectorTests } from './inspector-page.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** A machine so busy that more than the time of a highlighter passes between two looks at the clock. */
const BUSY =
  'data:text/javascript,const { now } = Date; let looks = 0; Date.now = () => now() + 600 * looks++;';
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  execFileSync(process.execPath, ['--import', BUSY, `${root}docs/src/build.mjs`], {
    cwd: root,
    stdio: 'inherit',
  });
  browser = await chromium.launch(chromiumOptions());
  page = await browser.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('requestfailed', (request) => {
    // From disk Chromium takes no pictures out of another file; the page's own script puts them in.
    if (!request.url().endsWith('/icons.svg')) errors.push(request.url());
  });
  page.on('request', (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) errors.push(`asks for ${request.url()}`);
  });
});

afterAll(async () => {
  await browser.close();
});

test('pages open one another, and nothing is asked of a server', async () => {
  await page.goto(`file://${root}docs/site/index.html`);
  await page.click('text=Ownership of bytes');
  await page.waitForURL(/Ownership_of_bytes/);
  expect(await page.locator('svg.picture').count()).toBe(5);
  expect(await page.locator('#icon-chevronDown').count()).toBe(1);
  expect(errors).toEqual([]);
});

/** The results of a search from the first page: names, and the addresses they lead to. */
async function search(query: string): Promise<readonly { readonly text: string; readonly url: string }[]> {
  await page.goto(`file://${root}docs/site/index.html`);
  await page.click('#tsd-search-trigger');
  await page.fill('#tsd-search-input', query);
  await page.waitForSelector('#tsd-search-results li a, #tsd-search-status div:has-text("Nothing")');
  return page
    .locator('#tsd-search-results li')
    .evaluateAll((items) =>
      items.map((item) => ({ text: item.textContent ?? '', url: item.querySelector('a')!.href })),
    );
}

test('the search finds an export', async () => {
  const [first] = await search('sendZeroCopy');
  expect(first?.text).toContain('sendZeroCopy');
  expect(errors).toEqual([]);
});

// Words that people look for, and the page that is about them; any page where none is.
test.each([
  ['reconnect', 'Reconnecting'],
  ['proxy', 'Proxies'],
  ['proxies', 'Proxies'],
  ['nginx', 'Proxies'],
  ['1006', 'When_it_goes_wrong'],
  ['RESERVED_BITS', 'When_it_goes_wrong'],
  ['reserved_bits', 'When_it_goes_wrong'],
  ['backpressure', 'Limits_and_back-pressure'],
  ['back-pressure', 'Limits_and_back-pressure'],
  ['back pressure', 'Limits_and_back-pressure'],
  ['broadcast', 'Broadcasting'],
  ['subprotocol', 'Authentication'],
  ['cookie', 'Authentication'],
  ['maxPayload', 'From_ws'],
  ['tunnel', 'Proxies'],
  ['permessage-deflate', 'Extensions_and_engines'],
  ['conformance', 'conformance'],
  ['TLS', 'Deployment'],
  ['proxy_read_timeout', 'Deployment'],
  ['onlooker', 'Recording_and_reading'],
  ['recorder', 'Recording_and_reading'],
  ['testing', 'Testing_without_a_network'],
  ['minified', 'Sizes'],
  ['inspector', 'Inspector'],
  ['pcapng', 'Inspector'],
])('the search finds the page about %s', async (query, page) => {
  const results = await search(query);
  const stands = new RegExp(query.replace(/[-_ ]/g, '[-_ ]?'), 'i');
  if (page === undefined) {
    // A word that no page has cannot be found.
    if (!pagesText().some((text) => stands.test(text))) return;
    expect(results.some(({ url }) => url.includes('/documents/'))).toBe(true);
  } else {
    expect(results.slice(0, 8).map(({ url }) => url)).toContainEqual(expect.stringContaining(page));
  }
  expect(results.some(({ text }) => stands.test(text))).toBe(true);
  expect(errors).toEqual([]);
});

function pagesText(): string[] {
  const folder = `${root}docs/pages/guide/`;
  return readdirSync(folder).map((file) => readFileSync(folder + file, 'utf8'));
}

test('the search says that it found nothing', async () => {
  expect(await search('xyzzyx')).toEqual([]);
  expect(await page.locator('#tsd-search-status').textContent()).toContain('xyzzyx');
  expect(errors).toEqual([]);
});

test('the search goes by keys alone, to the place on the page', async () => {
  await page.goto(`file://${root}docs/site/index.html`);
  await page.waitForFunction(() => document.body.style.display === '');
  await page.keyboard.press('/');
  await page.keyboard.type('nginx proxy_read_timeout');
  await page.waitForSelector('#tsd-search-results li a');
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('#tsd-search-results li[aria-selected="true"]').count()).toBe(1);
  await page.keyboard.press('Enter');
  await page.waitForURL(/documents\/.*#/);
  expect(await page.locator('.col-content').textContent()).toContain('proxy_read_timeout');
  expect(errors).toEqual([]);
});

test('the search fits on a phone', async () => {
  const phone = await browser.newPage({
    viewport: { width: 360, height: 640 },
    hasTouch: true,
    isMobile: true,
  });
  await phone.goto(`file://${root}docs/site/index.html`);
  await phone.tap('#tsd-search-trigger');
  await phone.fill('#tsd-search-input', 'permessage-deflate');
  await phone.waitForSelector('#tsd-search-results li a');
  const [dialog, widest] = await phone.evaluate(() => [
    document.getElementById('tsd-search')!.getBoundingClientRect().right,
    Math.max(...[...document.querySelectorAll('#tsd-search-results li')].map((li) => li.scrollWidth)),
  ]);
  expect(dialog).toBeLessThanOrEqual(360);
  expect(widest).toBeLessThanOrEqual(360);
  await phone.tap('#tsd-search-results li a');
  await phone.waitForURL(/documents|modules|classes|interfaces|functions|types|variables/);
  await phone.close();
});

test('code is coloured as code: strings, comments and keywords each in their own', async () => {
  await page.goto(`file://${root}docs/site/index.html`);
  const colours = await page
    .locator('pre')
    .first()
    .evaluate((code) =>
      Object.fromEntries(
        [...code.querySelectorAll('span')].map((span) => [span.textContent, getComputedStyle(span).color]),
      ),
    );
  const string = colours["'node:assert/strict'"];
  const comment = Object.entries(colours).find(([text]) => text.startsWith('// The frame'))?.[1];
  expect(colours["'@sanssocket/codec'"]).toBe(string);
  expect(new Set([string, comment, colours['const']]).size).toBe(3);
  expect(comment).not.toBeUndefined();
});

describe('the inspector', () => inspectorTests(() => browser));
