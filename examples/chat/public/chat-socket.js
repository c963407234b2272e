/**
 * A WebSocket that comes back: the browser's own, opened again with growing pauses when it was
 * lost.
 */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/**
 * A page cannot ping: a server that is silent for so long, though an answer is due, counts as gone.
 */
const ANSWER_MS = 10_000;
/** A server closes the connection that another has taken the place of; as long is left to it. */
const REPLACED_MS = 5_000;

/**
 * Events, as `CustomEvent`s: `connecting`, `open` (to be answered by {@link ChatSocket.greet}),
 * `message` (`detail`: the parsed JSON), `lost` (`detail`: the code and reason of the Close, 1006
 * if there was none, 0 if the server did not answer), `waiting` (`detail`: the number of seconds
 * until the next try, counted down).
 */
export class ChatSocket extends EventTarget {
  #url;
  #socket = null;
  /**
   * The connection that takes the place of {@link #socket} with the first message that comes over
   * it.
   */
  #next = null;
  /**
   * Connections that did not answer. A Close would say that the person leaves; the next one takes
   * their place.
   */
  #silent = [];
  #tries = 0;
  #pause = 0;
  #deadline = 0;

  /** @param {() => URL} url - asked each time a connection is opened */
  constructor(url) {
    super();
    this.#url = url;
  }

  /**
   * Opens the connection anew, if there is one: its address has changed. The old one serves until
   * then.
   */
  renew() {
    if (this.#socket !== null) this.connect();
  }

  /** Opens the connection now, also in the middle of a pause. */
  connect() {
    clearTimeout(this.#pause);
    if (this.#next !== null) this.#silent.push(this.#next);
    if (this.#socket === null) this.#emit('connecting');
    const socket = new WebSocket(this.#url());
    this.#next = socket;
    this.expectAnswer();
    socket.addEventListener('open', () => {
      if (socket === this.#next) this.#emit('open');
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#next) this.#takeOver();
      if (socket !== this.#socket) return;
      this.#tries = 0; // an open connection that says nothing may be about to fail again
      clearTimeout(this.#deadline);
      this.#emit('message', JSON.parse(data));
    });
    // 'close' follows every 'error', and tells as much.
    socket.addEventListener('close', (event) => this.#onClose(socket, event));
  }

  /** The first message over the connection that is open now, or about to be. */
  greet(message) {
    this.#next?.send(JSON.stringify(message));
  }

  /** @returns {boolean} false if there is no open connection, and nothing was sent */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /**
   * Something is due from the server: unless it says anything in time, the connection is opened
   * anew.
   */
  expectAnswer() {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#silent.push(...[this.#socket, this.#next].filter((socket) => socket !== null));
      this.#socket = this.#next = null;
      this.#lose(0, '');
    }, ANSWER_MS);
  }

  /** Closes the connection, and does not come back by itself. */
  leave() {
    clearTimeout(this.#deadline);
    clearTimeout(this.#pause);
    for (const socket of [this.#socket, this.#next, ...this.#silent.splice(0)]) socket?.close(1000);
    this.#socket = this.#next = null;
  }

  #takeOver() {
    const replaced = [this.#socket, ...this.#silent.splice(0)];
    this.#socket = this.#next;
    this.#next = null;
    setTimeout(() => {
      for (const socket of replaced) socket?.close(1000);
    }, REPLACED_MS);
  }

  #onClose(socket, { code, reason }) {
    if (socket === this.#socket) {
      this.#socket = null;
      if (this.#next === null) this.#lose(code, reason);
    } else if (socket === this.#next) {
      this.#next = null;
      if (this.#socket === null) this.#lose(code, reason);
    }
  }

  #lose(code, reason) {
    clearTimeout(this.#deadline);
    const stays = this.dispatchEvent(new CustomEvent('lost', { detail: { code, reason }, cancelable: true }));
    if (stays) this.#wait();
  }

  /**
   * The pause doubles with every try. Its random half keeps the clients of a server that restarts
   * from coming all at once.
   */
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
      this.#pause = setTimeout(tick, Math.min(left, 1000));
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
