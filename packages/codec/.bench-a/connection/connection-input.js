import { ByteQueue } from '../memory/byte-queue.js';
import { EMPTY } from '../memory/bytes.js';
import { endMessages, suspendMessages } from '../memory/kept-messages.js';
import { MessageReader } from '../receiving/message-reader.js';
import { misuse, requireBytes } from '../rules/misuse.js';
/** Input that waits. */
class Backlog extends ByteQueue {
    /** Whether the host asked for the pause. */
    paused = false;
    /** Whether the end of input waits too. */
    ended = false;
}
/** Internal: a part of `Connection`, whose methods say what these do. */
export class ConnectionInput extends MessageReader {
    #maxBacklogBytes;
    #backlog = null;
    #reading = false;
    #ended = false;
    constructor(config, sink, sender, rsv) {
        super(config, sink, sender, rsv);
        this.#maxBacklogBytes = config.maxBacklogBytes;
    }
    /** Whether the transport has ended. */
    get ended() {
        return this.#ended;
    }
    receive(bytes) {
        // Read first, and checked here first: then V8 knows what it is, and the check costs nothing.
        const length = bytes?.length;
        if (!(bytes instanceof Uint8Array))
            requireBytes(bytes, 'a chunk');
        // No sink is being called then, and no extension at work: both stand at the end of a frame.
        if (this.#backlog === null && !this.#ended && this.keep(bytes))
            return;
        if (this.#reading)
            throw calledInside('receive');
        if (this.deaf || this.#ended)
            return;
        if (this.#backlog === null && !this.waiting) {
            if (length === 0)
                return;
            this.read(bytes, 0, length, null);
            if (this.#backlog !== null)
                this.continue();
            return;
        }
        const backlog = this.wait();
        const { bytes: waiting } = backlog;
        // What waits alone always has room: the host has held it in one piece. A chunk behind it has if it fits.
        if (this.paused && waiting > 0 && waiting + length > this.#maxBacklogBytes) {
            this.failBacklog(waiting);
            return;
        }
        backlog.push(bytes, 0, length);
        try {
            this.continue();
        }
        finally {
            // A sink that throws at every message reads less than comes.
            const left = this.#backlog?.bytes ?? 0;
            if (!this.paused && left > Math.max(this.#maxBacklogBytes, length))
                this.failBacklog(left);
        }
    }
    receiveEnd() {
        if (this.#reading)
            throw calledInside('receiveEnd');
        this.#ended = true;
        if (this.deaf || (this.#backlog === null && !this.waiting)) {
            this.endOfInput();
            return;
        }
        this.wait().ended = true;
        this.continueToEnd();
    }
    pauseInput() {
        if (this.outcome !== null)
            return;
        this.pause();
        this.wait().paused = true;
    }
    resumeInput() {
        if (this.#backlog === null)
            return;
        this.#backlog.paused = false;
        if (!this.#reading)
            this.continue();
    }
    get paused() {
        return this.outcome === null && (this.waiting || this.#backlog?.paused === true);
    }
    /** What waits is not wanted any more: the connection has failed. */
    dropBacklog() {
        if (!this.#reading)
            this.#backlog = null;
    }
    /** Reads what waits, as far as it may: an asynchronous extension has finished, and no call of the host's is under way. */
    continueOutside(guarded) {
        this.wait();
        // No call of the host's is there to go on behind an event that threw.
        while (!guarded(() => this.continue()))
            ;
    }
    failBacklog(waiting) {
        try {
            this.fail('BACKLOG_TOO_LARGE', this.index + waiting);
        }
        finally {
            this.#backlog = null;
        }
    }
    /** No further call will come behind which reading could go on: of several exceptions the first is thrown. */
    continueToEnd() {
        let first;
        for (;;) {
            try {
                this.continue();
                break;
            }
            catch (error) {
                if (first === undefined)
                    first = { error };
                else
                    this.report(error);
            }
        }
        if (first !== undefined)
            throw first.error;
    }
    /**
     * Reads a range. What is not read of it waits.
     *
     * @param backlog - what the bytes are the next ones of; null for a chunk of the host's
     */
    read(bytes, start, end, backlog) {
        const before = this.offset - start;
        const outer = suspendMessages();
        let threw = true;
        this.#reading = true;
        try {
            this.push(bytes, start, end);
            threw = false;
        }
        finally {
            this.#reading = false;
            endMessages(outer);
            const at = this.offset - before;
            if (backlog !== null)
                backlog.readTo(at);
            // Also where nothing is left of the chunk, but of the event that threw: it is gone on with from there.
            else if ((at < end || threw) && !this.deaf)
                this.wait().push(bytes, at, end);
        }
    }
    /** Reads what waits, as far as it may. */
    continue() {
        for (let backlog = this.#backlog; backlog !== null && !this.deaf; backlog = this.#backlog) {
            if (this.paused)
                return;
            const { next } = backlog;
            if (next !== undefined) {
                this.read(next.bytes, next.at, next.used, backlog);
                continue;
            }
            // A pause may have come between a frame's last byte and its end, or between the events of a decoded message.
            this.read(EMPTY, 0, 0, null);
            if (this.paused)
                return;
            if (this.telling)
                continue;
            if (backlog.next === undefined)
                this.#backlog = null;
            if (this.#backlog === null && backlog.ended)
                this.endOfInput();
        }
        if (!this.deaf)
            return;
        this.#backlog = null;
        if (this.#ended)
            this.endOfInput();
    }
    wait() {
        this.#backlog ??= new Backlog();
        return this.#backlog;
    }
}
function calledInside(method) {
    return misuse(Error, 'CALLED_INSIDE', `a sink must not call ${method}: call it when the one under way has returned`);
}
//# sourceMappingURL=connection-input.js.map