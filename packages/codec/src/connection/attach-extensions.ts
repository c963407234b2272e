/** What only a connection with extensions needs: a connection without holds no decoder, no pipeline and no closure. */
import type { AnySink } from '../agreed/connection-sink.js';
import type { ExtensionChain } from '../agreed/extension.js';
import { MessageDecoder } from '../receiving/message-decoder.js';
import { INTERNAL_ERROR } from '../rules/close-codes.js';
import type { MessageSender } from '../sending/message-sender.js';
import type { ConnectionInput } from './connection-input.js';

/**
 * Puts a chain of extensions between a connection and its frames. An asynchronous one finishes outside of any call of the
 * host's: what is thrown then there is nobody to throw at, and the host is told of output by the sink.
 */
export function attachExtensions(
  chain: ExtensionChain,
  input: ConnectionInput,
  sender: MessageSender,
  sink: AnySink,
): void {
  const guarded = (call: () => void): boolean => {
    try {
      call();
      return true;
    } catch (error) {
      input.report(error);
      decoder.host?.threw();
      return false;
    }
  };
  const outside = (call: () => void): void => {
    if (decoder.host === null) alone(call);
    else decoder.host.outside(() => alone(call));
  };
  const alone = (call: () => void): void => {
    decoder.outside = true;
    guarded(call);
    decoder.outside = false;
    if (input.outcome === null) guarded(() => sink.output?.());
  };
  const decoder = new MessageDecoder(chain, () => {
    if (input.outcome === null) outside(() => input.continueOutside(guarded));
  });
  input.attach(decoder);
  const abort = (): void => input.abort(INTERNAL_ERROR, '', undefined);
  sender.attach(chain, {
    outside,
    abort,
    failed: (error) => {
      try {
        sink.error?.(error);
      } finally {
        abort();
      }
    },
  });
}
