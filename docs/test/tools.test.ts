// The two tools of docs/src that find things in texts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDeadLinks } from '../src/dead-links.mjs';
import { findMusts } from '../src/musts.mjs';

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
