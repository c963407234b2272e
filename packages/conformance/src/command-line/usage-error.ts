import { readFileSync } from 'node:fs';

/** The command cannot be run as it was given. */
export class UsageError extends Error {}

/**
 * Reads a file that an option names.
 *
 * @throws UsageError if it cannot be read
 */
export function readGiven(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}
