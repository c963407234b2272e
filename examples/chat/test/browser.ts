/** Chromium for the tests of a file, with a new context for each of them. */
import axe, { type AxeResults } from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { chromiumOptions } from '../../../tools/chromium.js';

let browser: Browser;
let context: BrowserContext;
/** Errors of pages: stays empty. */
export const complaints: string[] = [];

/** Starts Chromium for the tests of this file. */
export function useChromium(): void {
  beforeAll(async () => {
    browser = await chromium.launch(chromiumOptions());
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    complaints.length = 0;
    context = await browser.newContext();
  });
  afterEach(() => context.close());
}

/**
 * Another browser, so to say: for a page without storage, without JavaScript, of another language.
 */
export async function useContext(options: BrowserContextOptions): Promise<BrowserContext> {
  await context.close();
  context = await browser.newContext(options);
  return context;
}

/** A page that is loaded, and whose complaints are heard. */
export async function openPage(port: number, before?: (page: Page) => Promise<unknown>): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await before?.(page);
  await page.goto(`http://localhost:${port}/`);
  return page;
}

/** Fills in the name and asks to be let in. */
export async function askToJoin(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join the chat' }).click();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** Waits until the log of messages has a text. */
export function heard(page: Page, text: string | RegExp): Promise<void> {
  const found = page.getByRole('log').getByText(text, { exact: typeof text === 'string' });
  return found.first().waitFor();
}

/** The findings of axe on a page as it stands. */
export async function findBarriers(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(`${axe.source}; axe.run()`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The page has nothing that is wider than the screen. */
export function fits(page: Page): Promise<boolean> {
  return page.evaluate(
    `document.documentElement.scrollWidth <= innerWidth &&
     [...document.querySelectorAll('#log, .frames, .join')].every((part) => part.scrollWidth <= part.clientWidth)`,
  );
}
