import { EMPTY } from '../memory/bytes.js';
import { ConnectionHost } from './connection-host.js';
import { now, WakeTimer } from './wake-timer.js';
/** Written for its callback, behind a batch that waits unexpectedly. An array of its own, as a stream may pass it on. */
const NOTHING = /* @__PURE__ */ new Uint8Array(0);
class NodeTransport {
    host;
    copies;
    #socket;
    #timer = new WakeTimer(() => this.host.wake(now()));
    #error;
    /**
     * Whether `writableLength` counts what waits; undefined until the first batch. A socket that passes its bytes to another one, as
     * tools that intercept requests make them, says 0 always: there only the callback of a write tells.
     */
    #counts;
    /**
     * Whether the last batch waited, so that the next one is expected to. Such a batch has a callback with its last chunk, as an empty
     * write fails on Deno's TLS sockets. One that is not expected to wait has none, which saves a tick for each: where a batch
     * has been through at once, an empty write behind another one is sound.
     */
    #expectsWait = true;
    /** How many callbacks are still to come of batches that were through at once. */
    #needless = 0;
    constructor(socket, connection, config, head) {
        this.#socket = socket;
        this.copies = socket.setNoDelay !== undefined;
        this.host = new ConnectionHost(connection, this, config, now());
        const { host } = this;
        socket.pause();
        socket.allowHalfOpen = true;
        socket.setNoDelay?.(true); // what belongs together is one write already
        // Nothing can be put back to a socket that has been read to its end.
        const past = socket.destroyed || socket.readableEnded;
        if (head.length > 0 && !past)
            socket.unshift(head);
        socket.on('data', (chunk) => host.receive(chunk, now()));
        socket.on('end', () => host.receiveEnd(now()));
        socket.on('error', (error) => {
            this.#error = error;
        });
        socket.on('close', () => host.closed(this.#error));
        if (past)
            tellPast(socket, host, head);
        else
            socket.resume();
        host.flush();
    }
    write(chunks) {
        const socket = this.#socket;
        const last = chunks.length - 1;
        const expectsWait = this.#expectsWait;
        // Corked, a batch is one write to the operating system. So the first one is, to see whether it is counted.
        const corks = last > 0 || this.#counts === undefined;
        const before = socket.writableLength;
        let bytes = 0;
        if (corks)
            socket.cork();
        for (let i = 0; i < last; i++) {
            const chunk = chunks[i];
            bytes += chunk.length;
            socket.write(chunk);
        }
        const chunk = chunks[last];
        bytes += chunk.length;
        if (expectsWait)
            socket.write(chunk, this.#onWritten);
        else
            socket.write(chunk);
        this.#counts ??= socket.writableLength - before === bytes;
        if (corks)
            socket.uncork();
        if (this.#counts && socket.writableLength === 0) {
            if (expectsWait)
                this.#needless++;
            this.#expectsWait = false;
            return bytes;
        }
        this.#expectsWait = true;
        if (!expectsWait)
            socket.write(NOTHING, this.#onWritten);
        return 0;
    }
    #onWritten = (error) => {
        if (error != null)
            return;
        if (this.#needless > 0)
            this.#needless--;
        else
            this.host.written(now());
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
/** What a socket that has been read to its end, or is gone, tells no more. A function, so that no listener holds `head`. */
function tellPast(socket, host, head) {
    queueMicrotask(() => {
        if (head.length > 0)
            host.receive(head, now());
        if (socket.destroyed)
            host.closed();
        else
            host.receiveEnd(now());
    });
}
/**
 * Runs a connection over one of Node's sockets, until both have ended. From now on the socket is the host's: it is read, written,
 * ended, destroyed, and its `'error'` heard.
 *
 * @param socket - behind the opening handshake; without other listeners for `'data'` and `'end'`
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @param head - what came in one chunk with the handshake: the first bytes of the first frames
 * @throws as the constructor of {@link ConnectionHost}
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { Connection, ConnectionConfig } from '@sanssocket/codec';
 * import { HostConfig } from '@sanssocket/codec/host';
 * import { hostSocket } from '@sanssocket/codec/host/node';
 * import { acceptRequest, checkRequest, rejectFault } from '@sanssocket/handshake';
 *
 * const config = new ConnectionConfig({ role: 'server', maxMessageBytes: 65_536 });
 * const limits = new HostConfig({ maxWaitingBytes: 1_000_000 });
 *
 * const server = createServer((_request, response) => response.writeHead(404).end());
 * server.on('upgrade', (request, socket, head) => {
 *   const checked = checkRequest(request);
 *   if (checked.kind === 'fault') {
 *     socket.on('error', () => {});
 *     socket.end(rejectFault(checked).bytes);
 *     return;
 *   }
 *   socket.write(acceptRequest(checked).bytes);
 *   const connection = new Connection(config, { text: (text) => host.sendText(text) });
 *   const host = hostSocket(socket, connection, limits, head);
 * });
 * server.listen(0).close();
 * ```
 */
export function hostSocket(socket, connection, config = {}, head = EMPTY) {
    return new NodeTransport(socket, connection, config, head).host;
}
//# sourceMappingURL=node.js.map