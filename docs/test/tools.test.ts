// The tools of docs/src that the site is built with.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDeadLinks } from '../src/dead-links.mjs';
import { withStandingClock } from '../src/highlight.mjs';
import { findMusts } from '../src/musts.mjs';
import { sectionsOf } from '../src/search.mjs';
import { excerptOf, tokensOf, wordsOf } from '../src/search-words.js';

describe('findDeadLinks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dead-links-'));
    writeFileSync(join(folder, 'b c.html'), '<h1 id="here">b</h1>');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const deadOf = (html: string): string[] => {
    writeFileSync(join(folder, 'a.html'), html);
    return findDeadLinks(folder);
  };

  it('is content with files, places and addresses elsewhere', () => {
    const links = [
      'b%20c.html',
      'b%20c.html#here',
      '#own',
      'b%20c.html?x=1#here',
      'https://example.com/#x',
      '#',
    ];
    expect(deadOf(`<p id="own">${links.map((link) => `<a href="${link}">x</a>`).join('')}</p>`)).toEqual([]);
  });

  it.each([
    ['d.html', 'is not there'],
    ['b%20c.html#there', 'has no such place'],
    ['#none', 'has no such place'],
    ['/b%20c.html', 'needs a server'],
    ['file:///b.html', 'needs a server'],
    ['.', 'is a folder'],
  ])('finds %s', (link, fault) => {
    expect(deadOf(`<img src="${link}">`)).toEqual([`a.html: ${link} ${fault}`]);
  });
});

describe('findMusts', () => {
  const text = [
    'Contents',
    '   1.  One . . . . 4',
    '',
    '1.  One',
    '',
    '   It may. It MUST be "so" (i.e., this',
    '   way).  It MUST NOT else; whatever.',
    '',
    'Fette & Melnikov             Standards Track                    [Page 1]',
    '\f',
    'RFC 6455                 The WebSocket Protocol            December 2011',
    '',
    '   o  An item MUST end',
    '',
    'Fette & Melnikov             Standards Track                    [Page 2]',
    '\f',
    'RFC 6455                 The WebSocket Protocol            December 2011',
    '',
    '      behind a page break.',
    '   o  Another is REQUIRED.',
    '',
    '2.  Two',
    '',
    '   It MUST be left out.',
  ].join('\n');

  it('takes sentences by section, over page breaks', () => {
    expect(findMusts(text, (section) => section === '1')).toEqual([
      {
        section: '1',
        sentences: [
          'It MUST be "so" (i.e., this way).',
          'It MUST NOT else; whatever.',
          'An item MUST end behind a page break.',
          'Another is REQUIRED.',
        ],
      },
    ]);
  });
});

describe('withStandingClock', () => {
  it('lets no time pass within, and all of it after', () => {
    const { now } = Date;
    const within = withStandingClock(() => {
      const before = Date.now();
      const end = performance.now() + 20;
      while (performance.now() < end);
      return Date.now() - before;
    });
    expect(within).toBe(0);
    expect(Date.now).toBe(now);
  });

  it('starts the clock again behind an exception', () => {
    const { now } = Date;
    expect(() =>
      withStandingClock(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(Date.now).toBe(now);
  });
});

describe('words of the search', () => {
  it.each([
    ['back-pressure', ['backpressure'], ['backpressure', 'back', 'pressure']],
    ['maxPayload', ['maxpayload'], ['maxpayload', 'max', 'payload']],
    ['RESERVED_BITS!', ['reserved_bits'], ['reserved_bits', 'reserved', 'bits']],
    ['1006, 7.1', ['1006', '71'], ['1006', '71', '7', '1']],
  ])('%s', (text, query, found) => {
    expect(wordsOf(text)).toEqual(query);
    expect(tokensOf(text)).toEqual(found);
  });

  it('an excerpt is around the first hit, and marks each', () => {
    const text = `${'before '.repeat(40)}the back-pressure of a peer ${'after '.repeat(40)}`;
    const parts = excerptOf(text, ['backpressure', 'peer']);
    expect(parts.filter(({ hit }) => hit).map((part) => part.text)).toEqual(['back-pressure', 'peer']);
    const whole = parts.map((part) => part.text).join('');
    expect(whole).toMatch(/^… before .* the back-pressure of a peer after .* …$/);
    expect(whole.length).toBeLessThan(160);
  });

  it('a page is one entry for each heading', () => {
    const html = `<div class="col-content"><div class="tsd-page-title">Proxies</div><div class="tsd-typography">
      <h1 id="proxies">Proxies</h1><p>One <code>two</code>.</p>
      <h2 id="settings">Settings<a class="tsd-anchor-icon"></a></h2>
      <table><tr><td>a</td><td>b</td></tr></table><pre><code>x<br/>y</code><button>Copy</button></pre></div></div>`;
    expect(sectionsOf(html, 'documents/Proxies.html')).toEqual([
      {
        title: 'Proxies',
        heading: '',
        text: 'One two. ',
        url: 'documents/Proxies.html#proxies',
        kind: 8388608,
      },
      {
        title: 'Proxies',
        heading: 'Settings',
        text: 'a b x y ',
        url: 'documents/Proxies.html#settings',
        kind: 8388608,
      },
    ]);
  });
});
