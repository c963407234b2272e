/** What only a connection with extensions needs: a connection without holds no decoder, no pipeline and no closure. */
import type { ExtensionChain } from '../agreed/extension.js';
import { called } from '../agreed/report.js';
import { MessageDecoder } from '../receiving/message-decoder.js';
import { INTERNAL_ERROR } from '../rules/close-codes.js';
import type { MessageSender } from '../sending/message-sender.js';
import type { ConnectionInput } from './connection-input.js';

/**
 * Puts a chain of extensions between a connection and its frames. An asynchronous one finishes outside of any call of the
 * host's: what is thrown then there is nobody to throw at, and the host is told of output by the sink.
 */
export function attachExtensions(chain: ExtensionChain, input: ConnectionInput, sender: MessageSender): void {
  const guarded = (call: () => void): boolean => {
    try {
      call();
      return true;
    } catch (error) {
      input.report(error);
      input.host?.threw();
      return false;
    }
  };
  const outside = (call: () => void): void => {
    if (input.host === null) alone(call);
    else input.host.outside(() => alone(call));
  };
  const alone = (call: () => void): void => {
    decoder.outside = true;
    guarded(call);
    decoder.outside = false;
    if (input.outcome === null) guarded(() => called(input, input.sink.output?.()));
  };
  // What comes of it is a value, and a peer may be what brought it about: it is not uncaught where there is no `error`.
  const failed = (error: unknown): void => {
    if (input.sink.error !== undefined) input.report(error);
  };
  chain.onDecodeError = failed;
  const decoder = new MessageDecoder(chain, () => {
    if (input.outcome === null) outside(() => input.continueOutside(guarded));
  });
  input.attach(decoder);
  const abort = (): void => {
    guarded(() => input.abort(INTERNAL_ERROR, '', undefined));
  };
  sender.attach(chain, {
    outside,
    abort,
    failed: (error) => {
      failed(error);
      abort();
    },
  });
}
