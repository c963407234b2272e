/** Event handlers (`onopen` and their like) and the firing of events, as HTML and DOM have them. */
/**
 * The event handlers of one target (HTML 8.1.8.1). Each is a listener like others: its place in the order is that of the
 * moment it was first set, another function takes its place over, and null gives it up.
 */
export declare class EventHandlers {
    #private;
    constructor(target: EventTarget);
    /** The handler of a type of event; null without one. */
    get(type: string): object | null;
    /** Sets it. What is no object is null; an object that is no function stays, and does nothing ([LegacyTreatNonObjectAsNull]). */
    set(type: string, value: unknown): void;
    /** To be told of each listener that is added in another way. */
    noteListener(type: string): void;
    /**
     * Fires an event at the target (DOM 2.10). What a listener throws is the platform's to report, and keeps nothing from the
     * others.
     *
     * @param event - fresh: not fired before
     */
    fire(event: Event): void;
}
//# sourceMappingURL=event-handlers.d.ts.map