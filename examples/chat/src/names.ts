/** Names of people: those that are taken, and those that look alike. */

/**
 * Looks at a name.
 *
 * @returns the name and its skeleton, which is equal for names that look alike; or a string that
 * says how it is wrong
 */
export function checkName(name: string): { name: string; skeleton: string } | string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 24 || /[\p{C}\p{Zl}\p{Zp}]/u.test(trimmed)) {
    return 'a name is 1 to 24 characters, none of them a control character';
  }
  return { name: trimmed, skeleton: trimmed.normalize('NFKC').toLowerCase() };
}

/** Text for a terminal or a notice: characters that command or turn it around are spaces. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}
