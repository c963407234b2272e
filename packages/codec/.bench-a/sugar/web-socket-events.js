/** A `CloseEvent` for platforms that have none (Node 20 and 22). */
class LocalCloseEvent extends Event {
    static {
        Object.defineProperty(LocalCloseEvent.prototype, Symbol.toStringTag, {
            value: 'CloseEvent',
            configurable: true,
        });
    }
    #wasClean;
    #code;
    #reason;
    constructor(wasClean, code, reason) {
        super('close');
        this.#wasClean = wasClean;
        this.#code = code;
        this.#reason = reason;
    }
    get wasClean() {
        return this.#wasClean;
    }
    get code() {
        return this.#code;
    }
    get reason() {
        return this.#reason;
    }
}
/**
 * Makes a `close` event: the platform's, so that `instanceof CloseEvent` holds, or one of the same shape.
 */
export function createCloseEvent(wasClean, code, reason) {
    return typeof CloseEvent === 'function'
        ? new CloseEvent('close', { wasClean, code, reason })
        : new LocalCloseEvent(wasClean, code, reason);
}
//# sourceMappingURL=web-socket-events.js.map