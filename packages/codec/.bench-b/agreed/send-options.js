/** What a caller may ask for one message. */
import { inWords, misuse } from '../rules/misuse.js';
/** @throws TypeError for what is none: a typo would change nothing */
export function requireSendOptions(options) {
    if (options === undefined)
        return;
    if (typeof options !== 'object' || options === null) {
        throw misuse(TypeError, 'OPTION_INVALID', `options of a message are an object, not ${inWords(options)}`);
    }
    for (const name in options) {
        if (name !== 'compress')
            throw misuse(TypeError, 'OPTION_UNKNOWN', `a message has no option '${name}'; there is compress`);
    }
}
//# sourceMappingURL=send-options.js.map