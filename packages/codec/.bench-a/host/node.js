import { EMPTY } from "../memory/bytes.js";
import { ConnectionHost } from "./connection-host.js";
import { now, WakeTimer } from "./wake-timer.js";
const NOTHING = /* @__PURE__ */ new Uint8Array(0);
class NodeTransport {
  host;
  copies;
  #socket;
  #timer = new WakeTimer(() => this.host.wake(now()));
  #error;
  constructor(socket, connection, config, head) {
    this.#socket = socket;
    this.copies = socket.setNoDelay !== void 0;
    this.host = new ConnectionHost(connection, this, config, now());
    const { host } = this;
    socket.pause();
    socket.allowHalfOpen = true;
    socket.setNoDelay?.(true);
    const past = socket.destroyed || socket.readableEnded;
    if (head.length > 0 && !past) socket.unshift(head);
    socket.on("data", (chunk) => host.receive(chunk, now()));
    socket.on("end", () => host.receiveEnd(now()));
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => host.closed(this.#error));
    if (past) {
      queueMicrotask(() => {
        if (head.length > 0) host.receive(head, now());
        if (socket.destroyed) host.closed();
        else host.receiveEnd(now());
      });
    } else socket.resume();
    host.flush();
  }
  write(chunks) {
    const socket = this.#socket;
    const { length } = chunks;
    let bytes = 0;
    if (length > 1) socket.cork();
    for (let i = 0; i < length; i++) {
      const chunk = chunks[i];
      bytes += chunk.length;
      socket.write(chunk);
    }
    if (length > 1) socket.uncork();
    if (socket.writableLength === 0) return bytes;
    socket.write(NOTHING, this.#onWritten);
    return 0;
  }
  #onWritten = (error) => {
    if (error == null) this.host.written(now());
  };
  pause() {
    this.#socket.pause();
  }
  resume() {
    this.#socket.resume();
  }
  end() {
    this.#socket.end();
  }
  destroy() {
    this.#socket.destroy();
  }
  wakeAt(time) {
    this.#timer.set(time);
  }
}
function hostSocket(socket, connection, config = {}, head = EMPTY) {
  return new NodeTransport(socket, connection, config, head).host;
}
export {
  hostSocket
};
