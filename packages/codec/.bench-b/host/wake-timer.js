/** Time for adapters: the one clock, and one timer a connection. */
/** What `setTimeout` takes at most; with more it rings at once. */
const MAX_DELAY_MS = 0x7fff_ffff;
/** The clock of all adapters, in milliseconds; it does not run backwards. */
export function now() {
    return performance.now();
}
/** `Transport.wakeAt` over the runtime's `setTimeout`. */
export class WakeTimer {
    #wake;
    #timer;
    /** @param wake - calls the host; too early at times, which it does not mind */
    constructor(wake) {
        this.#wake = wake;
    }
    /** As `Transport.wakeAt`. */
    set(time) {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        if (time === Number.POSITIVE_INFINITY)
            return;
        // Rounded up: a timer may ring within the millisecond before.
        const delay = Math.min(Math.max(0, Math.ceil(time - now())), MAX_DELAY_MS);
        this.#timer = setTimeout(this.#wake, delay);
    }
}
//# sourceMappingURL=wake-timer.js.map