/** The page in Chromium, with a server that says and does all that a server can. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  askToJoin,
  complaints,
  findBarriers,
  fits,
  heard,
  openPage,
  say,
  useChromium,
  useContext,
} from './browser.js';
import { ScriptedChat, said, type Visit } from './scripted-chat.js';

let chat: ScriptedChat;

useChromium();
beforeEach(async () => {
  chat = new ScriptedChat();
  await chat.listen();
});
afterEach(() => chat.close());

/** A page that the server has let in. */
async function enter(before?: (page: Page) => Promise<unknown>): Promise<{ page: Page; visit: Visit }> {
  const page = await openPage(chat.port, before);
  await askToJoin(page, 'Ada');
  const visit = await chat.visit();
  visit.welcome();
  await page.getByText('Connected as Ada').waitFor();
  return { page, visit };
}

/** The lines of the log, as they are read. */
function lines(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('#log .notice, #log .message')].map((line) =>
    line.matches('.notice') ? '* ' + line.textContent : line.querySelector('p').textContent)`);
}

/** Waits until everything that was sent before is drawn. */
async function settled(page: Page, visit: Visit, seq: number): Promise<void> {
  visit.said(`settled ${seq}`, seq);
  await heard(page, `settled ${seq}`);
}

describe('own lines', () => {
  it('are shown at once, and again when they have arrived, in the order of the room', async () => {
    const { page, visit } = await enter();
    await say(page, 'mine');
    const line = page.locator('.message', { hasText: 'mine' });
    await expect.poll(() => line.textContent()).toContain('sending…');
    expect((await visit.hears('mine')).n).toBe(1);
    await settled(page, visit, 1);
    await expect.poll(() => lines(page)).toEqual(['* welcome, Ada', 'settled 1', 'mine']);
    visit.said('mine', 2, { id: 'own', name: 'Ada', n: 1 });
    await settled(page, visit, 3);
    expect(await lines(page)).toEqual(['* welcome, Ada', 'settled 1', 'mine', 'settled 3']);
    expect(await line.locator('.state').textContent()).toBe('✓ arrived');
    expect(complaints).toEqual([]);
  });

  it('are sent again after a reconnection, with their numbers, if the server has not said them', async () => {
    const { page, visit } = await enter();
    for (const text of ['one', 'two', 'three']) {
      await say(page, text);
      await visit.hears(text);
    }
    visit.said('one', 1, { id: 'own', name: 'Ada', n: 1 });
    await heard(page, 'one');
    visit.close(1012, 'restart');
    await expect
      .poll(() => page.locator('.message', { hasText: 'three' }).textContent())
      .toContain('waits for');
    const back = await chat.visit();
    expect(back.join).toEqual({ type: 'join', name: 'Ada', session: 'secret', since: 1 });
    back.welcome({ seq: 2, lastN: 2, missed: [said('two', 2, { id: 'own', name: 'Ada', n: 2 })] });
    expect(await back.hears('three')).toEqual({ type: 'say', text: 'three', n: 3 });
    back.said('three', 3, { id: 'own', name: 'Ada', n: 3 });
    await expect.poll(() => page.locator('.state.arrived').count()).toBe(3);
    expect(back.heard.all.length).toBe(1);
    expect((await lines(page)).filter((line) => !line.startsWith('*'))).toEqual(['one', 'two', 'three']);
    await say(page, 'four');
    expect((await back.hears('four')).n).toBe(4);
  });

  it('count as arrived if the server says so, though what it said is lost', async () => {
    const { page, visit } = await enter();
    await say(page, 'one');
    await visit.hears('one');
    visit.close(1012);
    (await chat.visit()).welcome({ seq: 900, lastN: 1, gap: true });
    await page.locator('.message', { hasText: 'one' }).locator('.state.arrived').waitFor();
    await heard(page, 'something said meanwhile is missing');
  });

  it('are shown as perhaps not delivered by a server that has forgotten, and can be sent again', async () => {
    const { page, visit } = await enter();
    await say(page, 'lost');
    await visit.hears('lost');
    visit.close(1001);
    const back = await chat.visit();
    back.welcome({ session: 'other', epoch: 'second', seq: 0, gap: true });
    const line = page.locator('.message.failed', { hasText: 'lost' });
    await expect.poll(() => line.textContent()).toContain('perhaps not delivered');
    expect(back.heard.all).toEqual([]);
    expect(await findBarriers(page)).toEqual([]);
    await line.getByRole('button', { name: 'Send again' }).click();
    expect((await back.hears('lost')).n).toBe(1);
    back.said('lost', 1, { id: 'own', name: 'Ada', n: 1 });
    await page.locator('.message', { hasText: 'lost' }).locator('.state.arrived').waitFor();
    expect(await page.locator('.message').count()).toBe(1);
  });

  it('say why they were refused', async () => {
    const { page, visit } = await enter();
    await say(page, 'no');
    await visit.hears('no');
    visit.send({ type: 'refused', of: 'say', n: 1, reason: 'too much at once' });
    await heard(page, 'not delivered: too much at once');
    await settled(page, visit, 1);
    expect((await lines(page)).slice(1)).toEqual(['no', 'settled 1']);
  });

  it('wait for an answer no longer than ten seconds: then the page connects anew', async () => {
    const { page, visit } = await enter((opened) => opened.clock.install());
    await say(page, 'hello?');
    await visit.hears('hello?');
    await page.clock.fastForward(9_000);
    visit.presence({ joined: ['Bob'], count: 2 }); // a sign of life
    await heard(page, 'Bob joined');
    await page.clock.fastForward(9_000);
    expect(await page.locator('#status').textContent()).toContain('Connected as Ada');
    await page.clock.fastForward(1_500);
    await page.getByText('No answer from the server, next try').waitFor();
    await page.clock.fastForward(1_000);
    const back = await chat.visit();
    back.welcome();
    expect((await back.hears('hello?')).n).toBe(1);
    visit.said('late', 1); // from where nothing is heard any more
    await settled(page, back, 1);
    expect(await lines(page)).not.toContain('late');
  });
});

describe('a connection', () => {
  it('of which nothing comes back is tried anew', async () => {
    const page = await openPage(chat.port, (opened) => opened.clock.install());
    await askToJoin(page, 'Ada');
    await chat.visit();
    await page.clock.fastForward(10_500);
    await page.getByText('No answer from the server, next try').waitFor();
    await page.clock.fastForward(1_000);
    (await chat.visit()).welcome();
    await page.getByText('Connected as Ada').waitFor();
  });

  it('that comes back tells what was said meanwhile once, and what is missing', async () => {
    const { page, visit } = await enter();
    visit.said('heard', 7);
    await heard(page, 'heard');
    visit.close(1012);
    const back = await chat.visit();
    expect(back.join.since).toBe(7);
    back.welcome({ seq: 9, gap: true, missed: [said('heard', 7), said('eight', 8), said('nine', 9)] });
    back.send({ type: 'gap' });
    await settled(page, back, 10);
    expect((await lines(page)).slice(3)).toEqual([
      '* something said meanwhile is missing',
      'eight',
      'nine',
      '* you are back',
      '* something that was said is missing here',
      'settled 10',
    ]);
  });

  it('to a new history hears it from its beginning', async () => {
    const { page, visit } = await enter();
    await settled(page, visit, 500);
    visit.close(1001);
    const back = await chat.visit();
    back.welcome({ epoch: 'second', session: 'other', seq: 1, gap: true, missed: [said('first', 1)] });
    await settled(page, back, 2);
    await heard(page, 'first');
  });

  it('whose broker is away says so until it is back, and waits longer for answers', async () => {
    const { page, visit } = await enter((opened) => opened.clock.install());
    visit.send({ type: 'broker', state: 'away' });
    await page.getByText('the chat’s broker is away: what is said waits').waitFor();
    await say(page, 'patience');
    await visit.hears('patience');
    await page.clock.fastForward(60_000);
    expect(chat.visits.all.length).toBe(1);
    visit.send({ type: 'broker', state: 'back' });
    await page.getByText('Connected as Ada', { exact: true }).waitFor();
    visit.said('patience', 1, { id: 'own', name: 'Ada', n: 1 });
    await page.locator('.state.arrived').waitFor();
  });

  it('that cannot be made while the broker is away says so, and waits', async () => {
    const page = await openPage(chat.port, (opened) => opened.clock.install());
    await askToJoin(page, 'Ada');
    const visit = await chat.visit();
    visit.send({ type: 'broker', state: 'away' });
    await page.getByText('broker is away: to join takes longer').waitFor();
    await page.clock.fastForward(30_000);
    visit.welcome();
    await page.getByText('Connected as Ada, but the chat’s broker is away').waitFor();
    expect(chat.visits.all.length).toBe(1);
  });

  it('of a session that goes on elsewhere stays closed until it is wanted here', async () => {
    const { page, visit } = await enter();
    visit.close(4001, 'this session goes on elsewhere');
    await page.getByText('This chat goes on in another window').first().waitFor();
    await page.getByRole('button', { name: 'Continue here' }).click();
    (await chat.visit()).welcome();
    await page.getByText('Connected as Ada').waitFor();
    expect(chat.visits.all.length).toBe(2);
  });

  it('does not take the focus from where it is when it comes back', async () => {
    const { page, visit } = await enter();
    await page.getByLabel('Hold').focus();
    visit.close(1012);
    (await chat.visit()).welcome();
    await heard(page, 'you are back');
    expect(await page.evaluate('document.activeElement.id')).toBe('hold');
  });
});

describe('people', () => {
  it('are counted, and the first of them named, in step with the server', async () => {
    const { page, visit } = await enter();
    const people = Array.from({ length: 50 }, (_, index) => ({ id: `p${index}`, name: `P${index}` }));
    visit.presence({ count: 2000, in: people, moreJoined: 1999 });
    await page.getByText('and 1,949 more').waitFor();
    expect(await page.locator('#people-count').textContent()).toBe('2,000');
    await page.evaluate(`globalThis.touched = 0; new MutationObserver((all) => {
      for (const { addedNodes, removedNodes } of all) touched += addedNodes.length + removedNodes.length;
    }).observe(document.querySelector('#people'), { childList: true })`);
    visit.presence({
      count: 1999,
      out: ['p0'],
      in: [{ id: 'p50', name: 'P50' }],
      left: [{ name: 'P0', reason: '' }],
    });
    await page.getByText('P50').waitFor();
    const shown = await page.locator('#people li').allTextContents();
    expect(shown).toEqual(['Ada', ...people.slice(1).map(({ name }) => name), 'P50', 'and 1,948 more']);
    // Of 52 items, the one who went and the one who came.
    expect(await page.evaluate('touched')).toBe(2);
    expect(await fits(page)).toBe(true);
    expect(await findBarriers(page)).toEqual([]);
  });

  it('come and go by thousands, and only what changed is touched', async () => {
    const { page, visit } = await enter();
    await page.evaluate(`globalThis.touched = 0; new MutationObserver((all) => {
      for (const { addedNodes, removedNodes } of all) touched += addedNodes.length + removedNodes.length;
    }).observe(document.body, { childList: true, subtree: true })`);
    // One change a message, as the server would tell them if it did not gather them.
    const ids = Array.from({ length: 2000 }, (_, index) => `p${index}`);
    for (const [index, id] of ids.entries()) {
      visit.presence({ count: 2 + index, in: index < 49 ? [{ id, name: id }] : [], joined: [id] });
    }
    for (const [index, id] of ids.entries()) {
      visit.presence({ count: 2000 - index, out: index < 49 ? [id] : [], left: [{ name: id, reason: '' }] });
    }
    await settled(page, visit, 1);
    expect(await page.locator('#people-count').textContent()).toBe('1');
    expect(await page.locator('#people li').allTextContents()).toEqual(['Ada']);
    const [, notice, end] = await lines(page);
    expect([notice, end]).toEqual([
      '* p0, p1, p2 and 1,997 others joined · p0, p1, p2 and 1,997 others left',
      'settled 1',
    ]);
    // With a screen frame after each message some ten nodes would be touched for each; with the
    // list anew, a hundred thousand.
    expect(await page.evaluate('touched')).toBeLessThan(4000 * 12);
    await say(page, 'still here');
    await visit.hears('still here');
    expect(complaints).toEqual([]);
  });

  it('join under names and leave with words that forge nothing', async () => {
    const { page, visit } = await enter();
    const reason = `4000 ) * Ada left (banned by the admin)\u202e ${'x'.repeat(90)}`;
    visit.presence({ count: 1, left: [{ name: 'Bob', reason }] });
    await settled(page, visit, 1);
    const notice = page.locator('.notice', { hasText: 'Bob' });
    expect(await notice.locator('q').textContent()).toBe(reason.replace('\u202e', ' '));
    expect(await notice.locator('.who').allTextContents()).toEqual(['Bob']);
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 700 });
      expect(await fits(page)).toBe(true);
    }
  });
});

describe('the log', () => {
  it('keeps messages, however many come and go', async () => {
    const { page, visit } = await enter();
    visit.said('precious', 1);
    for (let turn = 0; turn < 300; turn++) {
      visit.presence({ count: 2, joined: [`P${turn}`] });
      visit.send({ type: 'gap' });
    }
    await settled(page, visit, 2);
    await heard(page, 'precious');
    expect(await page.locator('.notice').count()).toBe(100);
    for (let seq = 3; seq < 700; seq++) visit.said(`line ${seq}`, seq);
    await settled(page, visit, 700);
    expect(await page.locator('.message').count()).toBe(500);
    expect(await page.locator('.notice').count()).toBeGreaterThan(0);
  });

  it('keeps the place of a reader who has scrolled up, also where it drops old lines', async () => {
    const { page, visit } = await enter();
    for (let seq = 1; seq <= 500; seq++) visit.said(`line ${seq}`, seq);
    await settled(page, visit, 501);
    const line = page.getByText('line 300', { exact: true });
    await line.scrollIntoViewIfNeeded();
    const place = () => line.evaluate((element) => element.getBoundingClientRect().top);
    const before = await place();
    for (let seq = 502; seq <= 650; seq++) visit.said(`line ${seq}`, seq);
    await page.getByRole('button', { name: 'New below' }).waitFor();
    await expect.poll(() => page.getByText('line 650', { exact: true }).count()).toBe(1);
    expect(Math.abs((await place()) - before)).toBeLessThan(2);
    expect(await page.getByText('line 100', { exact: true }).count()).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'New below' }).click();
    expect(await page.getByText('line 650', { exact: true }).isVisible()).toBe(true);
    await settled(page, visit, 651);
    expect(await page.getByRole('button', { name: 'New below' }).isVisible()).toBe(false);
  });

  it('stays at its end when it gets less room', async () => {
    const { page, visit } = await enter();
    for (let seq = 1; seq <= 50; seq++) visit.said(`line ${seq}`, seq);
    await settled(page, visit, 51);
    for (const height of [300, 720]) {
      await page.setViewportSize({ width: 390, height });
      const last = page.getByText('settled 51', { exact: true });
      const under = (await page.locator('#say-form').boundingBox())!.y;
      await expect.poll(async () => (await last.boundingBox())!.y).toBeLessThan(under);
    }
  });

  it('does not drop what a reader at its beginning has before the eyes', async () => {
    const { page, visit } = await enter();
    for (let seq = 1; seq <= 500; seq++) visit.said(`line ${seq}`, seq);
    await settled(page, visit, 501);
    await page.getByRole('log').evaluate((log) => log.scrollTo(0, 0));
    for (let seq = 502; seq <= 600; seq++) visit.said(`line ${seq}`, seq);
    await expect.poll(() => page.getByText('line 600', { exact: true }).count()).toBe(1);
    await expect.poll(() => page.getByRole('log').evaluate((log) => log.scrollTop)).toBe(0);
    expect(await page.getByText('line 2', { exact: true }).isVisible()).toBe(true);
  });

  it('wraps long words and folds long texts, which can be unfolded', async () => {
    const { page, visit } = await enter();
    visit.said('\n'.repeat(1500), 1);
    visit.said('w'.repeat(2000), 2, { name: 'W'.repeat(24) });
    visit.said(`short ${'v'.repeat(400)}`, 3);
    visit.presence({ count: 2, joined: ['N'.repeat(24)] });
    await settled(page, visit, 4);
    const heights = (): Promise<number[]> =>
      page.locator('.message').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 700 });
      expect(await fits(page)).toBe(true);
      for (const height of await heights()) expect(height).toBeLessThan(600);
    }
    await page.locator('.message').first().getByRole('button', { name: 'Show all' }).click();
    expect((await heights())[0]).toBeGreaterThan(20_000);
    await page.locator('.message').first().getByRole('button', { name: 'Show less' }).click();
    expect((await heights())[0]).toBeLessThan(600);
    expect(await findBarriers(page)).toEqual([]);
  });
});

describe('a name', () => {
  it('that is refused is told beside its field, which is there again', async () => {
    const page = await openPage(chat.port);
    await askToJoin(page, 'Ada');
    const visit = await chat.visit();
    visit.send({ type: 'refused', of: 'join', reason: 'somebody here is called so' });
    const field = page.getByLabel('Your name');
    await page.getByText('somebody here is called so').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('#status').textContent()).toContain('Not connected');
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await findBarriers(page)).toEqual([]);
    await visit.closed;
    await askToJoin(page, 'Eve');
    const second = await chat.visit();
    expect(second.join).toEqual({ type: 'join', name: 'Eve' });
    second.welcome({ name: 'Eve' });
    await page.getByText('Connected as Eve').waitFor();
    expect(await field.isVisible()).toBe(false);
  });

  it('that is refused when the page comes back leaves the log as it was', async () => {
    const { page, visit } = await enter();
    await settled(page, visit, 1);
    visit.close(1001);
    (await chat.visit()).send({ type: 'refused', of: 'join', reason: 'somebody here is called so' });
    await page.getByText('somebody here is called so').waitFor();
    await askToJoin(page, 'Ada L');
    (await chat.visit()).welcome({ name: 'Ada L', epoch: 'second' });
    await page.getByText('Connected as Ada L').waitFor();
    await heard(page, 'settled 1');
  });

  it('keeps its session when the page is loaded anew, and only then', async () => {
    const { page } = await enter();
    await page.reload();
    await page.keyboard.press('Enter');
    const back = await chat.visit();
    expect(back.join).toEqual({ type: 'join', name: 'Ada', session: 'secret' });
    back.welcome();
    // A window that a page opens begins with a copy of what the page's own keeps.
    const opened = page.context().waitForEvent('page');
    await page.evaluate('void open(location.href)');
    const copy = await opened;
    await askToJoin(copy, 'Ada');
    expect((await chat.visit()).join).toEqual({ type: 'join', name: 'Ada' });
  });
});

describe('a browser', () => {
  it('without storage chats, and is told that nothing is kept', async () => {
    const forbid = `for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError') } })`;
    const page = await openPage(chat.port, (opened) => opened.addInitScript(forbid));
    await page.getByText('This browser keeps nothing for this page').waitFor();
    await askToJoin(page, 'Private');
    (await chat.visit()).welcome({ name: 'Private' });
    await page.getByText('Connected as Private').waitFor();
    await page.getByLabel('Compress').check();
    (await chat.visit()).welcome({ name: 'Private' });
    expect(page.url()).not.toContain('Private');
    expect(complaints).toEqual([]);
  });

  it('without JavaScript is told so, and takes no name', async () => {
    await useContext({ javaScriptEnabled: false });
    const page = await openPage(chat.port);
    const words = page.locator('noscript .fault');
    await words.waitFor();
    expect(await words.textContent()).toContain('This page needs JavaScript');
    expect(await page.getByLabel('Your name').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Join the chat' }).isDisabled()).toBe(true);
  });

  it.each([
    ['en-US', /^\d\d:\d\d:\d\d [AP]M$/, /^\d\d:\d\d [AP]M$/],
    ['de-DE', /^\d\d:\d\d:\d\d$/, /^\d\d:\d\d$/],
  ])('of %s reads all times as it writes them', async (locale, exact, short) => {
    await useContext({ locale });
    const { page, visit } = await enter();
    visit.said('now', 1);
    await heard(page, 'now');
    expect(await page.locator('.message time').textContent()).toMatch(short);
    const ofFrame = `import('/element.js').then(({ timeElement }) => timeElement(0, true).textContent)`;
    expect(await page.evaluate(ofFrame)).toMatch(exact);
  });
});

describe('the frames', () => {
  it('are asked for on a wide page from the start, on a narrow one when they are looked at', async () => {
    const page = await openPage(chat.port, (opened) => opened.setViewportSize({ width: 390, height: 780 }));
    await askToJoin(page, 'Ada');
    const visit = await chat.visit();
    expect(visit.query).toBe('/ws');
    visit.welcome();
    await page.getByText('Connected as Ada').waitFor();
    await page.getByRole('button', { name: 'Frames' }).click();
    const tapped = await chat.visit();
    expect(tapped.query).toBe('/ws?frames');
    expect(tapped.join).toMatchObject({ session: 'secret', since: 0 });
    visit.close(4001, 'this session goes on elsewhere');
    await visit.closed;
    tapped.welcome({ framesKey: null });
    await page.getByRole('button', { name: 'Chat', exact: true }).click();
    await settled(page, tapped, 1);
    expect((await lines(page)).filter((line) => line.startsWith('*'))).toEqual(['* welcome, Ada']);
    const wide = await openPage(chat.port);
    await askToJoin(wide, 'Eve');
    expect((await chat.visit()).query).toBe('/ws?frames');
  });

  it('are explained on a phone before one has joined', async () => {
    const page = await openPage(chat.port, (opened) => opened.setViewportSize({ width: 390, height: 780 }));
    await page.getByRole('button', { name: 'Frames' }).click();
    expect(await page.getByText('A WebSocket carries each message in frames').isVisible()).toBe(true);
    expect(await page.getByText('Join the chat to see yours here').isVisible()).toBe(true);
    expect(await fits(page)).toBe(true);
  });

  it('are compressed when that is asked for, on a new connection of the same session', async () => {
    const { page, visit } = await enter();
    expect(visit.query).toBe('/ws?frames');
    await page.getByLabel('Compress').check();
    const packed = await chat.visit();
    expect(packed.query).toBe('/ws?frames&compress');
    await say(page, 'meanwhile'); // the old connection serves until the new one is let in
    expect((await visit.hears('meanwhile')).n).toBe(1);
    packed.welcome();
    expect((await packed.hears('meanwhile')).n).toBe(1);
    visit.said('too late', 1);
    packed.said('meanwhile', 1, { id: 'own', name: 'Ada', n: 1 });
    await page.locator('.state.arrived').waitFor();
    expect((await lines(page)).slice(1)).toEqual(['meanwhile']);
  });
});

it('fits on a phone, its intro included', async () => {
  for (const width of [320, 390]) {
    const page = await openPage(chat.port, (opened) => opened.setViewportSize({ width, height: 640 }));
    const button = page.getByRole('button', { name: 'Join the chat' });
    const bottom = await button.evaluate((one) => one.getBoundingClientRect().bottom);
    expect(bottom).toBeLessThan(640);
    expect(await fits(page)).toBe(true);
    expect(await page.getByRole('link', { name: 'sanssocket' }).first().getAttribute('href')).toContain(
      'sanssocket',
    );
    await page.close();
  }
});
