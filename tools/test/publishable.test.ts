// What `tools/publishable.mjs` leaves out of READMEs and declarations, and how near a page has to be to its figures.
import { describe, expect, it } from 'vitest';
import { leanDeclarations, packedReadme } from '../publishable.mjs';
import { isNear } from '../sizes.mjs';

describe('packedReadme', () => {
  const MARK = '<!-- The packed README ends here. -->';

  it('ends at the mark, with a pointer to the rest', () => {
    const text = `# A\n\n[there](#there), [b](b.md#c)\n\n${MARK}\n\n## There\n`;
    expect(packedReadme(text, 'https://example.com/a#readme')).toBe(
      '# A\n\n[there](https://example.com/a#there), [b](b.md#c)\n\n' +
        'The rest of this page, with all options: https://example.com/a#readme\n',
    );
  });

  it('is whole without a mark', () => {
    expect(packedReadme('# A\n', 'https://example.com/')).toBe('# A\n');
  });
});

describe('leanDeclarations', () => {
  it('keeps doc comments, and neither examples nor comments about files', () => {
    const code = [
      '/**',
      ' * About the file.',
      ' */',
      '',
      '/**',
      ' * About the next file.',
      ' */',
      '/** The sum. */',
      'interface A {',
      '    /**',
      '     * Adds.',
      '     *',
      '     * Twice.',
      '     *',
      '     * @example',
      '     * ```ts',
      "     * import '@sanssocket/codec';",
      '     * 2 * 3;',
      '     * ```',
      '     */',
      '    add(): void;',
      '    /**',
      '     * @example',
      '     * 1;',
      '     *',
      '     * @returns it',
      '     */',
      '    get(): A;',
      '}',
    ];
    expect(leanDeclarations(code.join('\n'))).toBe(
      [
        '/** The sum. */',
        'interface A {',
        '\t/**',
        'Adds.',
        '',
        'Twice.',
        '\t*/',
        '\tadd(): void;',
        '\t/**',
        '@returns it',
        '\t*/',
        '\tget(): A;',
        '}',
      ].join('\n'),
    );
  });
});

describe('isNear', () => {
  it.each([
    ['a 10.0 b 200', 'a 10.2 b 205', true],
    ['a 10.0', 'a 10.5', false],
    ['a 10.0', 'c 10.0', false],
    ['a 10 20', 'a 10', false],
  ])('%s, %s', (one, other, near) => {
    expect(isNear(one, other)).toBe(near);
  });
});
