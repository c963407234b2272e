/** A WebSocket that comes back: the browser's own, opened again with growing pauses when it was lost. */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Events, as `CustomEvent`s: `connecting`, `open`, `message` (`detail`: the parsed JSON), `lost` (`detail`: the code and reason of
 * the Close, 1006 if there was none), `waiting` (`detail`: the number of seconds until the next try, counted down).
 */
export class ChatSocket extends EventTarget {
  #url;
  #socket = null;
  #tries = 0;
  #timer = 0;

  /** @param {() => URL} url - asked each time a connection is opened */
  constructor(url) {
    super();
    this.#url = url;
  }

  /** Opens the connection anew, if there is one: its address may have changed. */
  reconnect() {
    if (this.#socket === null) return;
    this.#socket.close(1000);
    this.#socket = null;
    this.connect();
  }

  /** Opens the connection now, also in the middle of a pause. */
  connect() {
    clearTimeout(this.#timer);
    this.#emit('connecting');
    const socket = new WebSocket(this.#url());
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (socket === this.#socket) this.#emit('open');
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket !== this.#socket) return;
      this.#tries = 0; // an open connection that says nothing may be about to fail again
      this.#emit('message', JSON.parse(data));
    });
    // 'close' follows every 'error', and tells as much.
    socket.addEventListener('close', ({ code, reason }) => {
      if (socket !== this.#socket) return; // left on purpose
      this.#socket = null;
      this.#emit('lost', { code, reason });
      this.#wait();
    });
  }

  /** @returns {boolean} false if there is no open connection, and nothing was sent */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** The pause doubles with every try. Its random half keeps the clients of a server that restarts from coming all at once. */
  #wait() {
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** this.#tries++, LONGEST_PAUSE_MS);
    const until = Date.now() + longest * (0.5 + Math.random() / 2);
    const tick = () => {
      const left = until - Date.now();
      if (left <= 0) {
        this.connect();
        return;
      }
      this.#emit('waiting', Math.ceil(left / 1000));
      this.#timer = setTimeout(tick, Math.min(left, 1000));
    };
    tick();
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** The address of a path on this page's server, as a WebSocket URI. */
export function socketUrl(path) {
  const url = new URL(path, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}
