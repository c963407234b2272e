/** The command cannot be run as it was given. */
export class UsageError extends Error {}
