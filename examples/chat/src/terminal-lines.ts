/**
 * Messages as lines of a terminal. Names stand in angle brackets, which no name has, and words of
 * those who leave in quotation marks: a line says what it seems to say.
 */
import { printable } from './names.js';
import type { Presence, ServerMessage, Welcome } from './protocol.js';

/** The lines of a message, none of which can command the terminal. */
export function linesOf(message: ServerMessage): string[] {
  switch (message.type) {
    case 'welcome':
      return welcomeLines(message);
    case 'presence':
      return presenceLines(message);
    case 'said':
      return [`${bracketed(message.name)} ${printable(message.text)}`];
    case 'refused':
      return [`! refused: ${quoted(message.reason)}`];
    case 'gap':
      return ['* something that was said is missing here'];
    case 'broker':
      return [
        `* the chat's broker is ${message.state}${message.state === 'away' ? ': what is said waits' : ''}`,
      ];
  }
}

/** Words of somebody else. */
export function quoted(text: string): string {
  return `"${printable(text).replaceAll(/["“”„‟«»]/g, "'")}"`;
}

function welcomeLines({ name, people, count, gap }: Welcome): string[] {
  const here = listed(
    people.map((person) => person.name),
    count - people.length,
  );
  const line = `* you are ${bracketed(name)}; here: ${here}`;
  return gap ? [line, '* something said meanwhile is missing'] : [line];
}

function presenceLines({ joined, left, moreJoined, moreLeft }: Presence): string[] {
  const lines: string[] = [];
  if (joined.length + moreJoined > 0) lines.push(`* ${listed(joined, moreJoined)} joined`);
  const silent = left.filter(({ reason }) => reason === '').map(({ name }) => name);
  for (const { name, reason } of left) {
    if (reason !== '') lines.push(`* ${bracketed(name)} left: ${quoted(reason)}`);
  }
  if (silent.length + moreLeft > 0) lines.push(`* ${listed(silent, moreLeft)} left`);
  return lines;
}

/** `<Ada>, <Bob> and 312 others`. */
function listed(names: readonly string[], more: number): string {
  const named = names.map(bracketed).join(', ');
  if (more <= 0) return named;
  if (names.length === 0) return `${more} ${more === 1 ? 'person' : 'people'}`;
  return `${named} and ${more} ${more === 1 ? 'other' : 'others'}`;
}

function bracketed(name: string): string {
  return `<${printable(name).replaceAll(/[<>]/g, ' ')}>`;
}
