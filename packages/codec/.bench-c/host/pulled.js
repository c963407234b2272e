import { ConnectionHost } from './connection-host.js';
import { now, WakeTimer } from './wake-timer.js';
class PulledTransport {
    host;
    copies;
    #bytes;
    #timer = new WakeTimer(() => this.host.wake(now()));
    #over = false;
    #ended = false;
    #inputEnded = false;
    /** While reading is paused: what ends the pause. */
    #paused = null;
    constructor(bytes, connection, config, head) {
        this.#bytes = bytes;
        this.copies = bytes.copies;
        this.host = new ConnectionHost(connection, this, config, now());
        this.host.flush();
        // The application has its host when the head is read.
        this.#settle(this.#readAll(this.#receive(Promise.resolve(head))));
    }
    /** Reads to the end. A function that waits holds whatever it has seen, so that no chunk is seen here. */
    async #readAll(first) {
        for (let reads = await first; reads; reads = await this.#receive(this.#bytes.read())) {
            // What is read ahead of a pause would only wait here.
            await this.#paused?.over;
        }
        if (this.#over)
            return;
        this.#inputEnded = true;
        this.host.receiveEnd(now());
        this.#closeWhenEnded();
    }
    /** Gives the next chunk to the host; whether there is to be another one. */
    async #receive(next) {
        const chunk = await next;
        if (chunk === undefined)
            return false;
        await this.#paused?.over;
        if (this.#over)
            return false;
        this.host.receive(chunk, now());
        return true;
    }
    write(chunks) {
        this.#settle(this.#writeAll(chunks));
        return 0;
    }
    async #writeAll(chunks) {
        for (const chunk of chunks) {
            await this.#bytes.write(chunk);
            if (this.#over)
                return;
        }
        this.host.written(now());
    }
    pause() {
        let end = () => { };
        const over = new Promise((resolve) => {
            end = resolve;
        });
        this.#paused = { over, end };
    }
    resume() {
        this.#paused?.end();
        this.#paused = null;
    }
    end() {
        this.#settle(this.#endOwn());
    }
    async #endOwn() {
        await this.#bytes.end();
        this.#ended = true;
        this.#closeWhenEnded();
    }
    #closeWhenEnded() {
        if (this.#ended && this.#inputEnded)
            this.#close();
    }
    destroy() {
        this.#over = true;
        this.resume();
        this.#bytes.destroy();
    }
    wakeAt(time) {
        this.#timer.set(time);
    }
    #close(error) {
        if (this.#over)
            return;
        this.#over = true;
        this.resume();
        let failure = error;
        try {
            this.#bytes.destroy();
        }
        catch (thrown) {
            failure ??= thrown;
        }
        this.host.closed(failure);
    }
    #settle(work) {
        work.catch((error) => this.#close(error));
    }
}
/** Runs a connection over bytes that are pulled and pushed; as `hostStreams`, which is made of it. */
export function hostPulled(bytes, connection, config, head) {
    return new PulledTransport(bytes, connection, config, head).host;
}
//# sourceMappingURL=pulled.js.map