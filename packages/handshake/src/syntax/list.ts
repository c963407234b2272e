// The lists of HTTP: elements between commas, over any number of lines (RFC 9110 5.6.1).

import { equalsIgnoringCase, trimmed } from './characters.js';

/**
 * Empty elements ignored in one list, over all its lines. RFC 9110 5.6.1.2: "a reasonable number of empty list elements:
 * enough to handle common mistakes by senders that merge values, but not so much that they could be used as a
 * denial-of-service mechanism". A list with more cannot be read.
 */
export const MAX_EMPTY_ELEMENTS = 32;

/** The elements of a list that may span several lines, trimmed, without empty ones; `undefined` if too many of those are there. */
export function listElements(values: readonly string[]): string[] | undefined {
  const elements: string[] = [];
  let empty = 0;
  for (const value of values) {
    for (let start = 0; start <= value.length; ) {
      const comma = value.indexOf(',', start);
      const end = comma < 0 ? value.length : comma;
      const element = trimmed(value, start, end);
      if (element !== '') elements.push(element);
      else if (++empty > MAX_EMPTY_ELEMENTS) return undefined;
      start = end + 1;
    }
  }
  return elements;
}

/** Whether a list can be read and has an element, its codes given in lower case, in any letter case. */
export function listHas(value: string | undefined, lower: Uint8Array): boolean {
  if (value === undefined) return false;
  // Mostly there is one element: comparing the value first saves taking it apart.
  if (equalsIgnoringCase(value, lower)) return true;
  return listElements([value])?.some((element) => equalsIgnoringCase(element, lower)) === true;
}
