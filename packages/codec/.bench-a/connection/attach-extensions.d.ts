/** What only a connection with extensions needs: a connection without holds no decoder, no pipeline and no closure. */
import type { AnySink } from '../agreed/connection-sink.js';
import type { ExtensionChain } from '../agreed/extension.js';
import type { MessageSender } from '../sending/message-sender.js';
import type { ConnectionInput } from './connection-input.js';
/**
 * Puts a chain of extensions between a connection and its frames. An asynchronous one finishes outside of any call of the
 * host's: what is thrown then there is nobody to throw at, and the host is told of output by the sink.
 */
export declare function attachExtensions(chain: ExtensionChain, input: ConnectionInput, sender: MessageSender, sink: AnySink): void;
//# sourceMappingURL=attach-extensions.d.ts.map