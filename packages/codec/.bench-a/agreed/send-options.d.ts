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
export declare function requireSendOptions(options: SendOptions | undefined): void;
//# sourceMappingURL=send-options.d.ts.map