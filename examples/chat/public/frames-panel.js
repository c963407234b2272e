/** The side panel: the frames of this page's connection, newest first, over a second WebSocket that is not shown itself. */
import { socketUrl } from './chat-socket.js';
import { drawFrame, OPCODES } from './frame-diagram.js';

const MAX_FRAMES = 60;

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

  #add(report) {
    if (this.#hold.checked) return;
    this.#list.prepend(report.type === 'frame' ? frameItem(report) : faultItem(report));
    while (this.#list.children.length > MAX_FRAMES) this.#list.lastElementChild.remove();
  }
}

function frameItem(frame) {
  const item = document.createElement('li');
  item.className = `frame ${frame.direction}`;
  const title = document.createElement('h3');
  const direction = document.createElement('span');
  direction.className = 'direction';
  direction.textContent = frame.direction === 'received' ? 'You → server' : 'Server → you';
  const kind = document.createElement('span');
  kind.textContent = `${OPCODES.get(frame.opcode) ?? 'reserved'}, ${sizes(frame)}`;
  const time = document.createElement('time');
  time.dateTime = new Date(frame.at).toISOString();
  time.textContent = new Date(frame.at).toLocaleTimeString([], { hour12: false });
  title.append(direction, kind, time);
  item.append(title, drawFrame(frame));
  return item;
}

/** What is on the wire; of a compressed message also what it was. */
function sizes({ payloadLength, inflated }) {
  const wire = `${payloadLength} ${payloadLength === 1 ? 'byte' : 'bytes'}`;
  return inflated === null ? wire : `${wire} compressed from ${inflated.length}`;
}

function faultItem({ direction, code, message, section }) {
  const item = document.createElement('li');
  item.className = 'frame fault';
  item.textContent = `${direction}: ${message} (${code}, RFC 6455 ${section})`;
  return item;
}
