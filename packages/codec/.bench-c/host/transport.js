/** What a {@link ConnectionHost} needs of whatever carries the bytes: seven methods, and no more. */
export {};
//# sourceMappingURL=transport.js.map