/** Tables of transitions as pictures, for the tests that hold the heads of files and ARCHITECTURE to them. */

/** The next state, by state and event. */
export type TransitionTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Each transition as an arrow, a line each.
 *
 * @param shaft - how many dashes an arrow has at least behind its event
 */
export function transitionArrows(table: TransitionTable, shaft: number): string[] {
  const arrows = Object.entries(table).flatMap(([from, events]) =>
    Object.entries(events).map(([event, to]) => [from, event, to] as const),
  );
  const states = Math.max(...arrows.map(([from]) => from.length));
  const events = Math.max(...arrows.map(([, event]) => event.length));
  return arrows.map(
    ([from, event, to]) =>
      `${from.padEnd(states)} -- ${event} ${'-'.repeat(events - event.length + shaft)}> ${to}`,
  );
}

/** A picture as it stands in a comment or a page. */
export function fenced(lines: readonly string[], margin: string): string {
  return ['```', ...lines, '```'].map((line) => margin + line).join('\n');
}
