/**
 * The side panel: the frames of this page's connection, newest first, over a second WebSocket that is not shown itself. The newest
 * is drawn, older ones fold to a line; what the reader unfolds stays so.
 */
import { socketUrl } from './chat-socket.js';
import { drawFrame, opcodeName, payloadText } from './frame-diagram.js';

const MAX_FRAMES = 60;

/** The masked "Hello" of RFC 6455 5.7, for a page that has no frames yet. */
const EXAMPLE = {
  type: 'frame',
  direction: 'received',
  fin: true,
  rsv1: false,
  rsv2: false,
  rsv3: false,
  opcode: 0x1,
  masked: true,
  maskingKey: '37fa213d',
  payloadLength: 5,
  payload: '48656c6c6f',
  inflated: null,
};

export class FramesPanel {
  #list;
  #hold;
  #socket = null;

  /**
   * @param {HTMLElement} list
   * @param {HTMLInputElement} hold - checked, the list stands still
   */
  constructor(list, hold) {
    this.#list = list;
    this.#hold = hold;
    this.#showExample();
  }

  /** @param {string} key - of the connection to watch, from its welcome */
  watch(key) {
    this.#socket?.close();
    this.#socket = new WebSocket(socketUrl(`frames?client=${encodeURIComponent(key)}`));
    this.#socket.addEventListener('message', ({ data }) => this.#add(JSON.parse(data)));
  }

  clear() {
    this.#list.replaceChildren();
  }

  #showExample() {
    const example = frameItem(EXAMPLE);
    example.classList.add('example');
    example.prepend(element('p', 'hint', 'An example until you join, from RFC 6455, section 5.7:'));
    this.#list.append(example);
  }

  #add(report) {
    if (this.#hold.checked) return;
    this.#list.querySelector('.example')?.remove();
    const newest = this.#list.querySelector('details');
    if (newest !== null && !newest.matches(':focus-within, .kept')) newest.open = false;
    this.#list.prepend(report.type === 'frame' ? frameItem(report) : faultItem(report));
    while (this.#list.children.length > MAX_FRAMES) this.#list.lastElementChild.remove();
  }
}

function frameItem(frame) {
  const item = element('li', `frame ${frame.direction}`);
  const details = document.createElement('details');
  details.open = true;
  const summary = document.createElement('summary');
  summary.append(
    element('span', 'direction', frame.direction === 'received' ? 'You → server' : 'Server → you'),
    element('span', 'kind', `${opcodeName(frame.opcode)}, ${sizes(frame)}`),
    element('span', 'excerpt', payloadText(frame)),
  );
  if (frame.at !== undefined) summary.append(timeOf(frame.at));
  summary.addEventListener('click', () => details.classList.toggle('kept', !details.open));
  details.append(summary, drawFrame(frame));
  item.append(details);
  return item;
}

function timeOf(at) {
  const time = element('time', '', new Date(at).toLocaleTimeString([], { hour12: false }));
  time.dateTime = new Date(at).toISOString();
  return time;
}

/** What is on the wire; of a compressed message also what it was. */
function sizes({ payloadLength, inflated }) {
  const wire = `${payloadLength} ${payloadLength === 1 ? 'byte' : 'bytes'}`;
  return inflated === null ? wire : `${wire} compressed from ${inflated.length}`;
}

function faultItem({ direction, code, message, section }) {
  return element('li', 'frame fault', `${direction}: ${message} (${code}, RFC 6455 ${section})`);
}

/** @param {string} text - what others wrote is set as text, never as markup */
function element(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
