/** Event handlers (`onopen` and their like) and the firing of events, as HTML and DOM have them. */
/**
 * The event handlers of one target (HTML 8.1.8.1). Each is a listener like others: its place in the order is that of the
 * moment it was first set, another function takes its place over, and null gives it up.
 */
export class EventHandlers {
    #target;
    #handlers = new Map();
    /** Types of event of which a listener was added, and whether it was more than one. */
    #several = new Map();
    constructor(target) {
        this.#target = target;
    }
    /** The handler of a type of event; null without one. */
    get(type) {
        return this.#handlers.get(type)?.value ?? null;
    }
    /** Sets it. What is no object is null; an object that is no function stays, and does nothing ([LegacyTreatNonObjectAsNull]). */
    set(type, value) {
        const handler = this.#handlers.get(type);
        if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) {
            if (handler === undefined)
                return;
            this.#handlers.delete(type);
            EventTarget.prototype.removeEventListener.call(this.#target, type, handler.listener);
        }
        else if (handler !== undefined) {
            handler.value = value;
        }
        else {
            const added = new Handler(this.#target, value);
            this.#handlers.set(type, added);
            EventTarget.prototype.addEventListener.call(this.#target, type, added.listener);
            this.noteListener(type);
        }
    }
    /** To be told of each listener that is added in another way. */
    noteListener(type) {
        this.#several.set(type, this.#several.has(type));
    }
    /**
     * Fires an event at the target (DOM 2.10). What a listener throws is the platform's to report, and keeps nothing from the
     * others.
     *
     * @param event - fresh: not fired before
     */
    fire(event) {
        const target = this.#target;
        showsTarget ??= probeTarget();
        // Properties of its own cost an event 0.9 us: only where a second listener could miss them.
        const isHelped = !showsTarget && this.#several.get(event.type) === true;
        if (isHelped) {
            Object.defineProperty(event, 'currentTarget', { value: target, configurable: true });
            Object.defineProperty(event, 'eventPhase', { value: Event.AT_TARGET, configurable: true });
        }
        EventTarget.prototype.dispatchEvent.call(target, event);
        if (isHelped) {
            Reflect.deleteProperty(event, 'currentTarget');
            Reflect.deleteProperty(event, 'eventPhase');
        }
    }
}
class Handler {
    value;
    listener;
    constructor(target, value) {
        this.value = value;
        this.listener = (event) => {
            if (typeof this.value !== 'function')
                return;
            // "If return value is false, then set event's canceled flag." What it throws is the listener's to have thrown.
            const result = Reflect.apply(this.value, target, [event]);
            if (result === false)
                event.preventDefault();
        };
    }
}
/** Whether the platform shows an event's current target to all listeners. Node 20 and 22 do to the first one only. */
let showsTarget;
function probeTarget() {
    const probe = new EventTarget();
    let isShown = false;
    probe.addEventListener('probe', () => { });
    probe.addEventListener('probe', ({ currentTarget }) => {
        isShown = currentTarget === probe;
    });
    probe.dispatchEvent(new Event('probe'));
    return isShown;
}
//# sourceMappingURL=event-handlers.js.map