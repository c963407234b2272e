/** The page "Inspector" of the site that was built, in Chromium, from disk. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const captures = `${root}packages/inspect/test/fixtures/`;

const HELLO = '81 85 37 fa 21 3d 7f 9f 4d 51 58';

/** A HAR file of Chromium with two messages. */
const HAR = JSON.stringify({
  log: {
    entries: [
      {
        request: { method: 'GET', url: 'wss://example.com/', headers: [] },
        response: { status: 101, statusText: 'Switching Protocols', headers: [] },
        _webSocketMessages: [
          { type: 'send', time: 1796046251.15, opcode: 1, data: 'hello' },
          { type: 'receive', time: 1796046251.25, opcode: 2, data: 'AAH/' },
        ],
      },
    ],
  },
});

export function inspectorTests(browser: () => Browser): void {
  let page: Page;
  /** Errors, and whatever the policy of the page forbade: must stay empty. */
  let complaints: string[];

  beforeEach(async () => {
    complaints = [];
    page = await open();
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.close();
  });

  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const opened = await browser().newPage(options);
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('console', (message) => {
      // From disk Chromium takes no pictures out of another file; the site's script puts them in.
      if (!message.text().includes('icons.svg') && message.type() !== 'log') complaints.push(message.text());
    });
    opened.on('request', (request) => {
      if (!/^(?:file|data):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
    });
    await opened.addInitScript(
      "addEventListener('securitypolicyviolation', ({ violatedDirective: which }) => console.warn(which));",
    );
    await opened.goto(`file://${root}docs/site/documents/Inspector.html`);
    await opened.locator('.editor').waitFor();
    return opened;
  }

  async function paste(text: string): Promise<void> {
    await page.fill('#inspector-text', text);
    await page.getByRole('button', { name: 'Decode' }).click();
    await page.locator('.status:has-text("The text")').waitFor();
  }

  const textOf = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';
  const verdict = (): Promise<string> => textOf('.verdict');
  const status = (): Promise<string> => textOf('#inspector-tool > .status');
  const openers = (): ReturnType<Page['locator']> => page.locator('.open-frame');
  const octets = (): Promise<string> =>
    page
      .locator('.octet')
      .allTextContents()
      .then((all) => all.join(' '));

  /** Drops a file, as a person does. */
  async function drop(bytes: Uint8Array, name: string): Promise<void> {
    const transfer = await page.evaluateHandle(
      ([base64, fileName]) => {
        const data = new DataTransfer();
        const content = Uint8Array.from(atob(base64!), (character) => character.charCodeAt(0));
        data.items.add(new File([content], fileName!));
        return data;
      },
      [Buffer.from(bytes).toString('base64'), name],
    );
    await page.dispatchEvent('#inspector-tool', 'drop', { dataTransfer: transfer });
    await page.locator(`.status:has-text("${name}")`).waitFor();
  }

  const barriers = async (on: Page): Promise<string[]> => {
    // Below the page's own policy a script of a test still runs.
    const { violations } = await on.evaluate<AxeResults>(
      `${axe.source}; axe.run('#inspector-tool', { preload: false })`,
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };

  test('digits are drawn bit by bit, with what the codec says', async () => {
    expect(await verdict()).toMatch(/No rule is broken\.\s*text message, 5 bytes: “Hello”/);
    expect(await page.locator('.drawing .field.payload').count()).toBe(5);
    const drawn = await page.locator('.drawing .bits').getAttribute('aria-label');
    expect(drawn).toContain('FIN=1');
    expect(drawn).toContain('masking key 37 fa 21 3d');
  });

  test.each([
    ['xxd', '00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX'],
    ['hexdump -C', '00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 |..7.!=..MQX|\n0000000b'],
    [
      'an array of C',
      'unsigned char a[] = { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 };',
    ],
    ['colons', HELLO.replaceAll(' ', ':')],
    ['Base64', 'gYU3+iE9f59NUVg='],
    [
      'curl --trace',
      '=> Send data, 11 bytes (0xb)\n0000: 81 85 37 fa 21 3d 7f 9f 4d 51 58                ..7.!=..MQX',
    ],
  ])('%s', async (_, text) => {
    await paste(text);
    expect(await verdict()).toContain('“Hello”');
    expect(await octets()).toBe(HELLO);
  });

  test('a wrong frame is marked at its byte, with code, section and Close', async () => {
    await paste('81 02 68 69 83 7e 00 05 48 65 6c 6c 6f');
    await openers().nth(0).click();
    expect(await verdict()).toMatch(/A client fails the connection at byte 4, with Close 1002/);
    const fault = page.locator('.verdict .fault');
    expect(await fault.textContent()).toContain('RESERVED_OPCODE at byte 4: the opcode is reserved');
    expect(await fault.getByRole('link').nth(1).getAttribute('href')).toBe(
      'https://www.rfc-editor.org/rfc/rfc6455#section-5.2',
    );
    expect(await page.locator('.octet.wrong').getAttribute('data-index')).toBe('4');
    expect(await page.locator('.drawing[data-frame="1"] .opcode.wrong').count()).toBe(1);
    expect(await page.locator('.drawing[data-frame="1"] .length').allTextContents()).toEqual([
      expect.stringContaining('126'),
      expect.stringContaining('5'),
    ]);
    await page.getByRole('button', { name: 'byte 4', exact: true }).click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('4');
    expect(await textOf('tr.fault')).toContain('RESERVED_OPCODE at byte 4');
  });

  test('a frame that the bytes end in is opened as far as it is there', async () => {
    await paste('82 7f 00 00 00 00 00 01 00 00 61 62 63');
    expect(await octets()).toBe('82 7f 00 00 00 00 00 01 00 00 61 62 63');
    expect(await verdict()).toContain('65533 bytes of it are missing');
    expect(await verdict()).toContain('not readable: missing-bytes');
  });

  test('a flipped bit changes the verdict, and changes it back', async () => {
    const bit = page.getByRole('button', { name: 'opcode 2: ' });
    await bit.click();
    expect(await verdict()).toContain('RESERVED_OPCODE at byte 0');
    expect(await octets()).toMatch(/^83/);
    await bit.click();
    expect(await verdict()).toContain('No rule is broken');
    // In the drawing: FIN, then MASK.
    await page.locator('.drawing .flag').first().click();
    expect(await verdict()).toContain('not readable: unfinished');
    await page.locator('.drawing .flag').first().click();
    await page.locator('.drawing .mask').click();
    expect(await verdict()).toContain('MASK_REQUIRED at byte 1');
    await page.getByRole('button', { name: 'Undo changes' }).click();
    expect(await octets()).toBe(HELLO);
  });

  test('by keys alone: a frame is opened, a byte chosen, replaced, added and removed', async () => {
    await paste(`${HELLO} 89 80 00 00 00 00 88 80 00 00 00 00`);
    await page.locator('.octet').first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('16');
    await paste(HELLO);
    await openers().first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.octet').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('84');
    expect(await octets()).toBe(HELLO.replace('85', '84'));
    expect(await verdict()).toContain('“Hell”');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('2');
    await page.keyboard.press('End');
    await page.keyboard.press('Delete');
    expect(await verdict()).toMatch(/No rule is broken\.\s*text message, 4 bytes: “Hell”\s*$/);
    await page.keyboard.press('Insert');
    await page.keyboard.press('Home');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^FIN: /);
    await page.keyboard.press('Space');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^FIN: /);
    expect(await octets()).toMatch(/^01/);
  });

  test('side, mask and compression are to be chosen', async () => {
    await paste('c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00');
    expect(await verdict()).toMatch(
      /5 bytes inflated from 7: “Hello”\s*text message, 5 bytes inflated from 5: “Hello”/,
    );
    await page.getByLabel('permessage-deflate').uncheck();
    expect(await verdict()).toContain('RESERVED_BITS at byte 0');
    await page.getByLabel('permessage-deflate').check();
    await page.getByLabel('Sent by').selectOption('client');
    expect(await verdict()).toContain('A server fails the connection at byte 1');
    await page.getByRole('button', { name: 'Mask', exact: true }).click();
    expect(await verdict()).toContain('No rule is broken');
    expect(await octets()).toMatch(/^c1 87 37 fa 21 3d c5/);
    await page.getByRole('button', { name: 'Unmask', exact: true }).click();
    expect(await octets()).toBe('c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00');
  });

  test('a capture that is dropped: a frame in the middle, with what its texts refer to', async () => {
    const capture = new Uint8Array(readFileSync(`${captures}python-websockets.pcap`));
    await drop(capture, 'python.pcap');
    expect(await status()).toContain(
      'python.pcap: pcap, 3,488 bytes, 28 packets, 1 TCP stream; 1 connection, 17 frames',
    );
    expect(await openers().count()).toBe(17);
    await openers().filter({ hasText: 'continuation' }).nth(1).click();
    expect(await verdict()).toContain('text message, 10 bytes inflated from 29, 4 frames: “fragmented”');
    await drop(new Uint8Array(gzipSync(readFileSync(`${captures}chromium-ipv6.pcapng`))), 'chromium.gz');
    expect(await status()).toContain('chromium.gz: pcapng');
    expect(await textOf('tr.connection')).toContain('[::1]:42720 → [::1]:18182');
  });

  test('a capture of HTTP/2: WebSockets in two of its streams', async () => {
    await drop(new Uint8Array(readFileSync(`${captures}node-http2.pcap`)), 'http2.pcap');
    expect(await status()).toContain('2 connections');
    expect(await page.locator('tr.connection').allTextContents()).toEqual([
      expect.stringContaining('(stream 3)'),
      expect.stringContaining('(stream 5)'),
    ]);
    await openers().nth(2).click();
    expect(await verdict()).toContain('“text 0 of 0”');
  });

  test('a HAR file has messages and no frame to be opened', async () => {
    await drop(new TextEncoder().encode(HAR), 'a.har');
    expect(await status()).toContain('HAR, ');
    expect(await openers().count()).toBe(0);
    expect(await textOf('tr.note')).toContain('messages, not frames');
    expect(await page.locator('tr.message-row').allTextContents()).toEqual([
      expect.stringContaining('“hello”'),
      expect.stringContaining('00 01 ff'),
    ]);
    expect(await page.locator('.editor').isHidden()).toBe(true);
  });

  test('many frames: 500 rows, and what is left out is said', async () => {
    await paste('81 01 61 '.repeat(700));
    expect(await status()).toMatch(/700 frames.*Listed are rows 1 to 500; 203 rows are left out/);
    await page.getByRole('button', { name: 'Later rows' }).click();
    await page.locator('.status:has-text("rows 501 to 703")').waitFor();
    expect(await openers().count()).toBe(203);
    await page.getByRole('button', { name: 'Earlier rows' }).click();
    await page.locator('.status:has-text("rows 1 to 500")').waitFor();
  });

  test('a large file is read to its end, and the page stays alive', async () => {
    const frame = Buffer.alloc(65_546);
    frame.set([0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    const hello = Buffer.from('8105', 'hex');
    const file = Buffer.concat([...new Array(400).fill(frame), hello, Buffer.from('Hello')]);
    await page.setInputFiles('#inspector-file', { name: 'large.bin', mimeType: '', buffer: file });
    await page.locator('.status:has-text("large.bin: raw bytes")').waitFor();
    expect(await status()).toContain('401 frames');
    await openers().nth(399).click();
    expect(await status()).toContain('This frame cannot be opened: not all of its bytes are here');
    await openers().nth(1).click();
    expect(await verdict()).toContain('more bytes are read, and not shown below');
  });

  test('an input that is refused, with the reason; and one that is nothing', async () => {
    await paste('0000000 102601 175067 036441\n');
    expect(await status()).toContain('use `od -A x -t x1` or `xxd`');
    expect(await page.locator('.editor').isHidden()).toBe(true);
    await paste('');
    expect(await textOf('tr.note')).toContain('the input is empty');
  });

  test('texts of others are shown as texts', async () => {
    const hostile = Buffer.from('<img src=x onerror=alert(1)>\u202e\u001b[31m');
    await paste(Buffer.concat([Buffer.from([0x81, hostile.length]), hostile]).toString('hex'));
    for (const text of [await verdict(), await textOf('.frame-row')]) {
      expect(text).toContain('<img src=x onerror=alert(1)>\\u{202e}\\u{1b}[31m');
    }
    expect(await page.locator('#inspector-tool img').count()).toBe(0);
  });

  test('the policy of the page is in force', async () => {
    const runs = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      return 'ran' in window;
    });
    expect(runs).toBe(false);
    expect(complaints.splice(0).some((text) => /script-src/.test(text))).toBe(true);
  });

  test.each(['light', 'dark'] as const)('no barriers that axe finds, when it is %s', async (colorScheme) => {
    await page.close();
    page = await open({ colorScheme });
    expect(await barriers(page)).toEqual([]);
    await paste('c1 07 f2 48 cd c9 c9 07 00 83 7e 00 05 48 65 6c 6c 6f');
    expect(await barriers(page)).toEqual([]);
    await drop(new Uint8Array(readFileSync(`${captures}python-websockets.pcap`)), 'python.pcap');
    expect(await barriers(page)).toEqual([]);
  });

  test('it fits on a phone', async () => {
    await page.close();
    page = await open({ viewport: { width: 375, height: 700 }, hasTouch: true, isMobile: true });
    await drop(new Uint8Array(readFileSync(`${captures}python-websockets.pcap`)), 'python.pcap');
    await openers().nth(13).tap();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    await page.locator('.octet').nth(3).tap();
    await page.getByRole('button', { name: '128: ' }).tap();
    expect(await verdict()).toMatch(/./);
  });
}
