/**
 * The side panel: the frames of this page's connection, newest first, over a second WebSocket that
 * is not shown itself. The newest is drawn, older ones fold to a line; what the reader unfolds
 * stays so.
 */
import { batched } from './batch.js';
import { socketUrl } from './chat-socket.js';
import { element, timeElement } from './element.js';
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
  #key = null;
  /** The key that was watched last. */
  #shown = null;
  /** Reports to be drawn. */
  #waiting = [];
  #changed = batched(() => this.#draw());

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
    if (key === this.#key) return;
    this.unwatch();
    if (key === this.#shown) this.clear(); // the last frames come once more
    this.#key = this.#shown = key;
    const socket = new WebSocket(socketUrl(`frames?client=${encodeURIComponent(key)}`));
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#add(JSON.parse(data));
    });
  }

  /** Nobody sees the panel: nothing is to be sent to it. */
  unwatch() {
    this.#socket?.close();
    this.#socket = this.#key = null;
  }

  clear() {
    this.#list.replaceChildren();
  }

  #showExample() {
    const { item, details } = frameItem(EXAMPLE);
    details.open = true;
    item.classList.add('example');
    item.prepend(
      element(
        'p',
        'hint',
        'Join the chat to see yours here. Until then an example, from RFC 6455, section 5.7:',
      ),
    );
    this.#list.append(item);
  }

  #add(report) {
    if (this.#hold.checked) return;
    this.#waiting.push(report);
    if (this.#waiting.length > MAX_FRAMES) this.#waiting.shift();
    this.#changed();
  }

  #draw() {
    this.#list.querySelector('.example')?.remove();
    const newest = this.#list.querySelector('details');
    if (newest !== null && !newest.matches(':focus-within, .kept')) newest.open = false;
    for (const report of this.#waiting.splice(0)) {
      this.#list.prepend(report.type === 'frame' ? frameItem(report).item : faultItem(report));
    }
    const last = this.#list.firstElementChild.querySelector('details');
    if (last !== null) last.open = true;
    while (this.#list.children.length > MAX_FRAMES) this.#list.lastElementChild.remove();
  }
}

/** A line that unfolds to the diagram, which is drawn when it does. */
function frameItem(frame) {
  const item = element('li', `frame ${frame.direction}`);
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.append(
    element('span', 'direction', frame.direction === 'received' ? 'You → server' : 'Server → you'),
    element('span', 'kind', `${opcodeName(frame.opcode)}, ${sizes(frame)}`),
    element('span', 'excerpt', payloadText(frame)),
  );
  if (frame.at !== undefined) summary.append(timeElement(frame.at, true));
  summary.addEventListener('click', () => details.classList.toggle('kept', !details.open));
  details.append(summary);
  details.addEventListener('toggle', () => {
    if (details.children.length === 1) details.append(drawFrame(frame));
  });
  item.append(details);
  return { item, details };
}

/** The size on the wire; of a compressed message also the size it had. */
function sizes({ payloadLength, inflated }) {
  const wire = `${payloadLength} ${payloadLength === 1 ? 'byte' : 'bytes'}`;
  return inflated === null ? wire : `${wire} compressed from ${inflated.length}`;
}

function faultItem({ direction, code, message, section }) {
  return element('li', 'frame fault', `${direction}: ${message} (${code}, RFC 6455 ${section})`);
}
