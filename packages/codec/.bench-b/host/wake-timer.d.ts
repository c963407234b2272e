/** Time for adapters: the one clock, and one timer a connection. */
/** The clock of all adapters, in milliseconds; it does not run backwards. */
export declare function now(): number;
/** `Transport.wakeAt` over the runtime's `setTimeout`. */
export declare class WakeTimer {
    #private;
    /** @param wake - calls the host; too early at times, which it does not mind */
    constructor(wake: () => void);
    /** As `Transport.wakeAt`. */
    set(time: number): void;
}
//# sourceMappingURL=wake-timer.d.ts.map