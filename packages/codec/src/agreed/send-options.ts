/** What a caller may ask for one message. */
import { requireKnown, requireType } from '../rules/options.js';

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

const SEND_OPTIONS: readonly (keyof SendOptions)[] = ['compress'];

/**
 * Reads what is asked for one message, once.
 *
 * @returns the option `compress`
 * @throws TypeError for what is none: a typo would change nothing
 */
export function readSendOptions(options: SendOptions): boolean | undefined {
  requireKnown(options, SEND_OPTIONS);
  const { compress } = options;
  if (compress !== undefined) requireType('compress', compress, 'boolean');
  return compress;
}
