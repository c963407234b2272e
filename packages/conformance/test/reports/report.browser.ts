/** The HTML report in Chromium: it needs no network and no script, is accessible, and shows the wrong octet. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { chromiumOptions } from '../../../../tools/chromium.js';
import { findCases } from '../../src/index.js';
import { writeReportFolder } from '../../src/reports/folder.js';
import type { Report } from '../../src/reports/report.js';
import { runScripted } from './scripted-server.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Cases, and what the two servers answer. */
const SCRIPTS: readonly (readonly [id: string, good: string, bad: string])[] = [
  ['1.1.1', '8100/880203e8', 'a100'],
  ['1.1.2', `817d${'2a'.repeat(125)}/880203e8`, `817d${'2a'.repeat(77)}2b${'2a'.repeat(47)}`],
  ['5.6', '8a0c70696e67207061796c6f6164811266726167656e7431', ''],
  ['7.9.1', '880203ea', '88020000'],
  ['masks.unmasked-text', '880203ea', '810548656c6c6f'],
];

let browser: Browser;
let context: BrowserContext;
let folder: string;
/** Requests for anything but files, and what pages complain about: must stay empty. */
let complaints: string[];

beforeAll(async () => {
  browser = await chromium.launch(chromiumOptions());
  folder = mkdtempSync(join(tmpdir(), 'conformance-report-'));
  writeReportFolder(folder, await sampleReport());
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  complaints = [];
  context = await browser.newContext();
  context.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) complaints.push(request.url());
  });
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

async function sampleReport(): Promise<Report> {
  const runs = await Promise.all(
    SCRIPTS.map(async ([id, good, bad]) => [
      await runScripted(id, good, 'A good server'),
      await runScripted(id, bad, '<b>bad</b> & server'),
    ]),
  );
  const agents = [0, 1].map((nth) => ({
    ...runs[0]![nth]!,
    cases: runs.flatMap((run) => run[nth]!.cases),
  }));
  const patterns = [...SCRIPTS.map(([id]) => id), '1.1.3'];
  return { agents, cases: findCases({ patterns }), commandFor: ({ id }) => `again ${id}` };
}

async function open(name: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(pathToFileURL(join(folder, name)).href);
  return page;
}

/** What axe finds, as lines. */
async function axe(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: AXE });
  const found: unknown = await page.evaluate('axe.run({ preload: false })');
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

test('the matrix leads to a page a case and back', async () => {
  const page = await open('index.html');
  expect(await page.locator('.agents h2').allTextContents()).toEqual([
    'A good server',
    '<b>bad</b> & server',
  ]);
  const failures = page.locator('.failures');
  expect(await failures.locator('tbody code').allTextContents()).toEqual([
    '1.1.1',
    '1.1.2',
    '5.6',
    '7.9.1',
    'masks.unmasked-text',
  ]);
  expect(await page.locator('.group').first().locator('h2').textContent()).toContain('What FAILED');
  const row = page.locator('.group:not(.failures)').getByRole('row', { name: /^1\.1\.2/ });
  expect(await row.locator('.verdict').allTextContents()).toEqual(['OK', 'FAILED']);
  const unrun = page.getByRole('row', { name: /^1\.1\.3/ });
  expect(await unrun.locator('.verdict').allTextContents()).toEqual(['NOT RUN', 'NOT RUN']);
  await row.getByRole('link', { name: 'FAILED' }).click();
  expect(await page.locator('h1').textContent()).toContain('1.1.2');
  await page.getByRole('link', { name: 'next' }).click();
  expect(await page.locator('h1').textContent()).toContain('5.6');
  await page.getByRole('link', { name: 'A good server' }).click();
  expect(await page.locator('h1').textContent()).toContain('A good server');
  await page.getByRole('link', { name: 'All cases' }).click();
  expect(await page.title()).toBe('WebSocket conformance');
});

test('the wrong octet is marked in the frame that holds it', async () => {
  const page = await open('b_bad__b____server_case_1_1_2.html');
  const wrong = page.locator('.received .field.wrong');
  expect(await wrong.count()).toBe(1);
  expect(await wrong.textContent()).toMatch(/octet 77\s*\+\s*2b/);
  expect(await page.locator('.excerpt').textContent()).toContain('^^');
});

test('what the suite sent wrong on purpose is marked too', async () => {
  const page = await open('a_good_server_case_masks_unmasked-text.html');
  expect(await page.locator('.sent .field.wrong .label').allTextContents()).toEqual(['MASK']);
  expect(await page.locator('.sent .remark').allTextContents()).toEqual([
    'Wrong on purpose: a client sent a frame that is not masked (RFC 6455 5.1).',
  ]);
});

test('a frame is drawn as wide as the ruler says', async () => {
  const page = await open('a_good_server_case_1_1_2.html');
  const [bits, opcode] = await Promise.all(
    ['.received .bits', '.received .opcode'].map((selector) => page.locator(selector).first().boundingBox()),
  );
  expect(opcode!.width / bits!.width).toBeCloseTo(4 / 32, 2);
  expect((opcode!.x - bits!.x) / bits!.width).toBeCloseTo(4 / 32, 2);
});

test('the matrix can be filtered', async () => {
  const page = await open('index.html');
  const rows = page.locator('tbody tr:visible code');
  await page.getByLabel('Show').selectOption('failed');
  const failed = await rows.allTextContents();
  expect(failed).toContain('1.1.1');
  expect(failed).not.toContain('1.1.3');
  await page.getByLabel('Show').selectOption('missing');
  expect(await rows.allTextContents()).toEqual(['1.1.3']);
  await page.getByLabel('Show').selectOption('');
  await page.getByLabel('Find').fill('7.9.1 close');
  expect(await rows.allTextContents()).toEqual(['7.9.1']);
});

test('without scripts everything is there', async () => {
  await context.close();
  context = await browser.newContext({ javaScriptEnabled: false });
  const page = await open('index.html');
  expect(await page.locator('.filters').isVisible()).toBe(false);
  expect(await page.locator('.group:not(.failures) tbody tr').count()).toBe(SCRIPTS.length + 1);
});

test.each(['light', 'dark'] as const)('axe finds nothing: %s', async (colorScheme) => {
  await context.close();
  context = await browser.newContext({ colorScheme });
  // Octets are drawn in the same colours on all pages: in the dark a few of them are enough.
  const names = SCRIPTS.slice(0, colorScheme === 'light' ? undefined : 2).flatMap(([id]) =>
    ['a_good_server', 'b_bad__b____server'].map((agent) => `${agent}_case_${id.replaceAll('.', '_')}.html`),
  );
  for (const name of ['index.html', ...names]) {
    const page = await open(name);
    await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true; })');
    expect(await axe(page), name).toEqual([]);
    await page.close();
  }
});
