/** Elements, times and colours, the same in all parts of the page. */

/** @param {string} text - what others wrote is set as text, never as markup */
export function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

/** A name on a line of the page's own words: told from them, and unable to turn their direction. */
export function who(name) {
  return element('bdi', 'who', name);
}

/** Words of somebody else on such a line. */
export function quote(text) {
  return element('q', 'reason', text.replaceAll(UNPRINTABLE, ' '));
}

/** Controls, line separators and what turns the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * A time as the reader's language writes it, everywhere on the page.
 *
 * @param {number} at - milliseconds since 1970
 * @param {boolean} [seconds] - where they tell frames apart
 */
export function timeElement(at, seconds = false) {
  const date = new Date(at);
  const made = element('time', '', (seconds ? EXACT : SHORT).format(date));
  made.dateTime = date.toISOString();
  return made;
}

const SHORT = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' });
const EXACT = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The same colour for a name in every tab. */
export function setHue(target, name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360;
  target.style.setProperty('--hue', String(hash));
}
