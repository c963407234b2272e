import { inWords, misuse } from '../rules/misuse.js';
const METHODS = {
    messages: ['text', 'binary'],
    spans: ['message'],
    pieces: ['begin', 'piece', 'finish'],
};
/** The one by which a sink shows for which delivery it is made. `begin` and `finish` are names that a class may have for itself. */
const TELLING = ['text', 'binary', 'message', 'piece'];
/**
 * Methods are looked at once, when the connection is made.
 *
 * @throws TypeError for a sink that is none, that hears of messages in other deliveries only (all would be lost), or one of whose
 * methods for messages is async or a generator
 */
export function requireSink(delivery, sink) {
    if (typeof sink !== 'object' || sink === null) {
        throw misuse(TypeError, 'SINK_INVALID', `a sink is an object with methods, not ${inWords(sink)}`);
    }
    let heard = false;
    for (const name of METHODS[delivery]) {
        const method = sink[name];
        if (typeof method !== 'function')
            continue;
        heard = true;
        // Of whichever realm: only functions that are not plain have one.
        const tag = method[Symbol.toStringTag];
        if (tag !== undefined) {
            const message = `${name} of a sink is of type ${tag}, but nobody would wait for it: pause the connection, and resume it later`;
            throw misuse(TypeError, 'SINK_INVALID', message);
        }
    }
    if (!heard && TELLING.some((name) => typeof sink[name] === 'function')) {
        const methods = METHODS[delivery].join(', ');
        throw misuse(TypeError, 'SINK_INVALID', `with delivery '${delivery}' messages come to ${methods}: this sink has methods of another delivery only`);
    }
}
//# sourceMappingURL=connection-sink.js.map