/** What a caller may ask for one message. */
import { inWords, misuse } from '../rules/misuse.js';

/** What a caller may ask for one message. */
export interface SendOptions {
  /**
   * Whether an extension that compresses does so with this message: true and false overrule its own judgement (for
   * permessage-deflate, its options `threshold` and `shouldCompress`), which is asked by default. True still sends a message as it is where that is shorter, if the
   * extension may. For what is compressed already,
   * or what must not stand beside a secret in one stream (RFC 7692 section 8).
   */
  readonly compress?: boolean | undefined;
}

/** @throws TypeError for what is none: a typo would change nothing */
export function requireSendOptions(options: SendOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null) {
    throw misuse(TypeError, 'OPTION_INVALID', `options of a message are an object, not ${inWords(options)}`);
  }
  for (const name in options) {
    if (name !== 'compress')
      throw misuse(TypeError, 'OPTION_UNKNOWN', `a message has no option '${name}'; there is compress`);
  }
}
