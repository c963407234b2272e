/**
 * Extensions (RFC 6455 section 9): what one does to messages, and the chain of those a connection agreed on.
 *
 * An extension marks the messages it changed with reserved bits of their first frame. On the way out the extensions are
 * applied in the order agreed, on the way in in reverse. Each may answer at once or with a promise; the connection keeps
 * the order of messages either way.
 */
import { requireRsv } from '../rules/frame-rules.js';
import { inWords, isBytes, misuse } from '../rules/misuse.js';
/** The extensions of one connection, in the order agreed. */
export class ExtensionChain {
    #extensions;
    /** The reserved bits the extensions claim together. */
    rsv;
    /** As `MessageExtension.preparedScope`; undefined where there are several, whose scopes would have to be put together. */
    preparedScope;
    /** Bits of those that left the current outgoing message as it is; without bits there is no leaving. */
    #left = 0;
    /**
     * Whether an extension has encoded a piece that another one then threw at: the first one's peer will never see it, so what it
     * encodes after cannot be understood.
     */
    halfEncoded = false;
    /** @throws RangeError when a claim is not made of reserved bits, or two claims overlap (RFC 6455 9.1: no conflicts) */
    constructor(extensions) {
        this.#extensions = extensions;
        let rsv = 0;
        for (const extension of extensions) {
            if (typeof extension?.encode !== 'function' || typeof extension.decode !== 'function') {
                throw misuse(TypeError, 'EXTENSIONS_INVALID', `an extension has encode and decode: ${inWords(extension)} has not`);
            }
            requireRsv(extension.rsv);
            if ((rsv & extension.rsv) !== 0) {
                throw misuse(RangeError, 'EXTENSIONS_INVALID', 'two extensions claim the same reserved bit (RFC 6455 9.1)');
            }
            rsv |= extension.rsv;
        }
        this.rsv = rsv;
        this.preparedScope = extensions.length === 1 ? extensions[0].preparedScope : undefined;
    }
    /** Whether some extension has to decode a message with this first byte. */
    applies(first) {
        return this.#extensions.some((extension) => bears(extension, first));
    }
    /** Decodes a message; a fault of an extension is a value, whatever it did. */
    decode(message, first, opcode, maxBytes) {
        return this.#decodeFrom(this.#extensions.length - 1, message, first, opcode, maxBytes);
    }
    #decodeFrom(last, message, first, opcode, maxBytes) {
        let bytes = message;
        for (let i = last; i >= 0; i--) {
            const extension = this.#extensions[i];
            if (!bears(extension, first))
                continue;
            let decoded;
            try {
                decoded = extension.decode(bytes, opcode, maxBytes);
            }
            catch {
                return 'EXTENSION_FAILED';
            }
            if (isPromise(decoded)) {
                return decoded.then((result) => isBytes(result) ? this.#decodeFrom(i - 1, result, first, opcode, maxBytes) : faultOf(result), () => 'EXTENSION_FAILED');
            }
            if (!isBytes(decoded))
                return faultOf(decoded);
            bytes = decoded;
        }
        return bytes.length > maxBytes ? 'MESSAGE_TOO_LARGE' : bytes;
    }
    /** Encodes a piece. What an extension throws or rejects with passes through; see {@link ExtensionChain.halfEncoded}. */
    encode(piece, position) {
        if (position.first)
            this.#left = 0;
        this.halfEncoded = false;
        return this.#encodeFrom(0, piece, position, 0);
    }
    #encodeFrom(start, piece, position, bits) {
        let payload = piece;
        let rsv = bits;
        for (let i = start; i < this.#extensions.length; i++) {
            const extension = this.#extensions[i];
            if ((extension.rsv & this.#left) !== 0)
                continue;
            const encoded = extension.encode(payload, position);
            if (isPromise(encoded)) {
                const before = payload;
                const claimed = rsv;
                return encoded.then((result) => {
                    if (result !== undefined)
                        return this.#encodeFrom(i + 1, result, position, claimed | extension.rsv);
                    this.#left |= extension.rsv;
                    return this.#encodeFrom(i + 1, before, position, claimed);
                });
            }
            if (encoded === undefined) {
                this.#left |= extension.rsv;
            }
            else {
                payload = encoded;
                rsv |= extension.rsv;
                this.halfEncoded = true;
            }
        }
        return { payload, rsv: position.first ? rsv : 0 };
    }
    /** Lets every extension release what it holds, also if one throws; to be called once. */
    close() {
        this.#closeFrom(0);
    }
    #closeFrom(start) {
        if (start === this.#extensions.length)
            return;
        try {
            this.#extensions[start].close?.();
        }
        finally {
            this.#closeFrom(start + 1);
        }
    }
}
/** What an extension gave that is no message: a fault, or what is none, which is one too. */
function faultOf(decoded) {
    return decoded === 'EXTENSION_DATA' || decoded === 'MESSAGE_TOO_LARGE' ? decoded : 'EXTENSION_FAILED';
}
function bears(extension, first) {
    return extension.rsv === 0 || (first & extension.rsv) !== 0;
}
/** Whether an answer comes later. */
export function isPromise(value) {
    return typeof value?.then === 'function';
}
//# sourceMappingURL=extension.js.map