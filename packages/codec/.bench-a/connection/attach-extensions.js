import { MessageDecoder } from '../receiving/message-decoder.js';
import { INTERNAL_ERROR } from '../rules/close-codes.js';
/**
 * Puts a chain of extensions between a connection and its frames. An asynchronous one finishes outside of any call of the
 * host's: what is thrown then there is nobody to throw at, and the host is told of output by the sink.
 */
export function attachExtensions(chain, input, sender, sink) {
    const guarded = (call) => {
        try {
            call();
            return true;
        }
        catch (error) {
            input.report(error);
            decoder.host?.threw();
            return false;
        }
    };
    const outside = (call) => {
        if (decoder.host === null)
            alone(call);
        else
            decoder.host.outside(() => alone(call));
    };
    const alone = (call) => {
        decoder.outside = true;
        guarded(call);
        decoder.outside = false;
        if (input.outcome === null)
            guarded(() => sink.output?.());
    };
    const decoder = new MessageDecoder(chain, () => {
        if (input.outcome === null)
            outside(() => input.continueOutside(guarded));
    });
    input.attach(decoder);
    const abort = () => input.abort(INTERNAL_ERROR, '', undefined);
    sender.attach(chain, {
        outside,
        abort,
        failed: (error) => {
            try {
                sink.error?.(error);
            }
            finally {
                abort();
            }
        },
    });
}
//# sourceMappingURL=attach-extensions.js.map