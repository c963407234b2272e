// The site as it is opened from disk, in Chromium: no server, no error, and the search finds things.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  execFileSync(process.execPath, [`${root}docs/src/build.mjs`], { cwd: root, stdio: 'inherit' });
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update'];
  args.push('--disable-sync', '--no-first-run');
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
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

test('the search finds an export', async () => {
  await page.goto(`file://${root}docs/site/index.html`);
  await page.click('#tsd-search-trigger');
  await page.fill('#tsd-search-input', 'sendZeroCopy');
  await page.waitForSelector('#tsd-search-results li a');
  expect(await page.locator('#tsd-search-results li').first().textContent()).toContain('sendZeroCopy');
  expect(errors).toEqual([]);
});
