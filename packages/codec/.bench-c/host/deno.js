import { copyOf, EMPTY } from '../memory/bytes.js';
import { hostPulled } from './pulled.js';
/** What is read at once. One for each connection, as a read that waits has it. */
const READ_BYTES = 16_384;
/**
 * Runs a connection over a connection of Deno's, until both have ended; it is closed then.
 *
 * @param conn - behind the opening handshake
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @param head - what came in one chunk with the handshake: the first bytes of the first frames
 * @throws as the constructor of {@link ConnectionHost}
 *
 * @example
 * ```ts no-run
 * import { Connection } from '@sanssocket/codec';
 * import { hostDenoConn } from '@sanssocket/codec/host/deno';
 *
 * const conn = await Deno.connect({ port: 8080 }); // and the opening handshake
 * const connection = new Connection({ role: 'client' }, { text: (text) => console.log(text) });
 * const host = hostDenoConn(conn, connection);
 * host.sendText('hello');
 * ```
 */
export function hostDenoConn(conn, connection, config = {}, head = EMPTY) {
    const buffer = new Uint8Array(READ_BYTES);
    return hostPulled({
        async read() {
            const length = await conn.read(buffer);
            // A copy: with `handOver` messages may be views of what is given.
            return length === null ? undefined : copyOf(buffer, 0, length);
        },
        async write(chunk) {
            for (let at = 0; at < chunk.length;)
                at += await conn.write(chunk.subarray(at));
        },
        end: () => conn.closeWrite(),
        destroy: () => conn.close(),
        copies: true,
    }, connection, config, head);
}
//# sourceMappingURL=deno.js.map