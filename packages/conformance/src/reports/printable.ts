/** A peer's words, made harmless for a terminal: escape sequences in them would be obeyed. */

const NAME_LENGTH = 200;

/** Text with its control characters escaped, `\x1b` for ESC. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A number of cases in words. */
export function countOfCases(count: number): string {
  return count === 1 ? '1 case' : `${count} cases`;
}

/** The name that an endpoint gives itself, of a sensible length. */
export function printableName(name: string): string {
  return printable(name.length > NAME_LENGTH ? `${name.substring(0, NAME_LENGTH)}...` : name);
}
