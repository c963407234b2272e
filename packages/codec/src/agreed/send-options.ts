/** What a caller may ask for one message. */
export interface SendOptions {
  /**
   * Whether an extension that compresses does so with this message: true and false overrule its own judgement (for
   * permessage-deflate, its options `threshold` and `shouldCompress`), which is asked by default. For what is compressed already,
   * or what must not stand beside a secret in one stream (RFC 7692 section 8).
   */
  readonly compress?: boolean | undefined;
}
