/**
 * Tells of an exception.
 *
 * @param sink - which may have a method for it; undefined once it is not to be called any more
 */
export function report(sink, thrown) {
    let error = thrown;
    try {
        if (sink?.error !== undefined) {
            sink.error(error);
            return;
        }
    }
    catch (another) {
        error = another;
    }
    if (typeof reportError === 'function')
        reportError(error);
    else {
        queueMicrotask(() => {
            throw error;
        });
    }
}
//# sourceMappingURL=report.js.map