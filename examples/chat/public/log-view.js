/**
 * The log: what was said, notices, and at its end the own lines that have not arrived. All that
 * comes within one frame of the screen is drawn at once. A reader at the end stays there, one who
 * has scrolled up keeps what stands before the eyes.
 */
import { batched } from './batch.js';
import { element } from './element.js';
import { PresenceNotice } from './presence-notice.js';

/** Notices have a bound of their own, so that they push no messages out. */
const MAX_MESSAGES = 500;
const MAX_NOTICES = 100;
/** As far from the end, in pixels, still counts as there. */
const NEAR_END = 40;

export class LogView {
  #log;
  #unsent = element('div', 'under-way');
  #newer;
  #messages = [];
  #notices = [];
  /** Lines to be drawn: elements, or functions that make one, and where they are counted. */
  #waiting = [];
  /** The notice of comings and goings that stands last. */
  #presence = null;
  #isAtEnd = true;
  #changed = batched(() => this.#draw());

  /**
   * @param {HTMLElement} log - it scrolls
   * @param {HTMLButtonElement} newer - leads to the end, shown while the reader is not there and
   * more has come
   */
  constructor(log, newer) {
    this.#log = log;
    this.#newer = newer;
    log.tabIndex = 0; // what scrolls can be scrolled without a mouse
    this.#unsent.setAttribute('aria-live', 'off'); // said when it has arrived
    log.append(this.#unsent);
    newer.addEventListener('click', () => this.#toEnd());
    log.addEventListener('scroll', () => {
      this.#isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
      if (this.#isAtEnd) newer.hidden = true;
    });
    // A keyboard on the screen, or a longer status, takes room from the log.
    new ResizeObserver(() => {
      if (this.#isAtEnd) this.#toEnd();
    }).observe(log);
  }

  /**
   * @param {() => HTMLElement} make - not called for a line that more of them have pushed out
   * before
   */
  addMessage(make) {
    this.#add(this.#messages, { make });
    this.#endPresence();
  }

  /** @param {(string | Node)[]} parts */
  addNotice(...parts) {
    const line = element('p', 'notice');
    line.append(...parts);
    this.#add(this.#notices, { line });
    this.#endPresence();
  }

  /** @param presence - a message of the server */
  addPresence(presence) {
    if (!PresenceNotice.tells(presence)) return;
    if (this.#presence === null) {
      this.#presence = new PresenceNotice();
      this.#add(this.#notices, { line: this.#presence.element });
    }
    this.#presence.add(presence);
    this.#changed();
  }

  /** Shows an own line at the end, at once, and brings the end in sight. */
  addUnsent(line) {
    this.#unsent.append(line);
    this.#toEnd();
  }

  /** A line of {@link addUnsent} is settled, and takes its place among what was said. */
  addSettled(line) {
    this.#add(this.#messages, { line });
    this.#endPresence();
  }

  /** The next that come or go are told by another notice. */
  #endPresence() {
    this.#presence?.draw();
    this.#presence = null;
  }

  #add(lines, added) {
    this.#waiting.push({ lines, ...added });
    if (this.#waiting.length > 2 * MAX_MESSAGES) {
      for (const { line } of this.#waiting.splice(0, MAX_MESSAGES)) line?.remove();
    }
    this.#changed();
  }

  #draw() {
    const anchor = this.#isAtEnd ? null : this.#firstInSight();
    const before = anchor?.offsetTop ?? 0;
    this.#presence?.draw();
    const come = this.#waiting.splice(0).map(({ lines, make, line = make() }) => {
      lines.push(line);
      return line;
    });
    this.#unsent.before(...come);
    trim(this.#messages, MAX_MESSAGES, anchor);
    trim(this.#notices, MAX_NOTICES, anchor);
    if (anchor === null) {
      this.#toEnd();
    } else {
      if (anchor.isConnected) this.#log.scrollTop += anchor.offsetTop - before;
      if (come.length > 0) this.#newer.hidden = false;
    }
  }

  #firstInSight() {
    const { top } = this.#log.getBoundingClientRect();
    for (const line of this.#log.children) {
      if (line.getBoundingClientRect().bottom > top) return line;
    }
    return this.#unsent;
  }

  #toEnd() {
    this.#isAtEnd = true;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#newer.hidden = true;
  }
}

/**
 * Takes the oldest lines out; of those that a reader has before the eyes, only if there are twice
 * as many as allowed.
 */
function trim(lines, max, anchor) {
  let gone = 0;
  while (lines.length - gone > max) {
    const line = lines[gone];
    const inSight =
      anchor !== null && !(anchor.compareDocumentPosition(line) & Node.DOCUMENT_POSITION_PRECEDING);
    if (inSight && lines.length - gone <= 2 * max) break;
    line.remove();
    gone++;
  }
  lines.splice(0, gone);
}
