/**
 * One thing that was said, as a line of the log; an own one from the moment in which it is sent.
 */
import { element, setHue, timeElement } from './element.js';

/** A longer text is folded: as many lines, or characters. */
const FOLDED_LINES = 12;
const FOLDED_LENGTH = 1200;

export function messageLine({ name, text, at }, own) {
  const line = element('article', own ? 'message own' : 'message');
  const head = element('div', 'by');
  head.append(element('strong', '', name), timeElement(at));
  setHue(line, name);
  line.append(head, ...textParts(text));
  return line;
}

/** An own line under way. */
export function unsentLine(name, text) {
  const line = messageLine({ name, text, at: Date.now() }, true);
  showUnsent(line, 'sending…');
  return line;
}

/** How far an own line under way has come. */
export function showUnsent(line, words) {
  showState(line, 'unsent', words);
}

/** An own line is seen by all. */
export function showArrived(line, at) {
  const mark = element('span', 'state arrived', '✓');
  mark.append(element('span', 'visually-hidden', ' arrived'));
  line.classList.remove('unsent');
  line.querySelector('.state').replaceWith(timeElement(at), mark);
}

/**
 * An own line has not arrived, or nobody knows.
 *
 * @param {() => void} again - sends it once more
 */
export function showFailed(line, words, again) {
  showState(line, 'failed', words);
  const button = element('button', 'again', 'Send again');
  button.type = 'button';
  button.addEventListener('click', again);
  line.append(button);
}

function showState(line, state, words) {
  line.classList.remove('unsent');
  line.classList.add(state);
  line.querySelector('time, .state').replaceWith(element('span', 'state', words));
}

/** The text, folded if it is long, and then a button that unfolds it. */
function textParts(text) {
  const shown = element('p', '', text);
  if (text.length <= FOLDED_LENGTH && text.split('\n', FOLDED_LINES + 1).length <= FOLDED_LINES)
    return [shown];
  shown.classList.add('folded');
  const button = element('button', 'unfold', 'Show all');
  button.type = 'button';
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => {
    const folded = shown.classList.toggle('folded');
    button.textContent = folded ? 'Show all' : 'Show less';
    button.setAttribute('aria-expanded', String(!folded));
  });
  return [shown, button];
}
