/** What the programs of this folder share: each runs plain and compressed, and logs what it sees. */
import { once } from 'node:events';
import { createServer } from 'node:http';

/** A text that compression makes much shorter. */
export const LONG = 'sixteen letters.'.repeat(500);

/**
 * Runs a program both ways, and ends the process.
 *
 * @param {(compresses: boolean, log: (...values: unknown[]) => void) => Promise<void>} program
 */
export async function runBothWays(program) {
  for (const compresses of [false, true]) {
    const name = compresses ? 'compressed' : 'plain';
    await program(compresses, (...values) => console.log(name, ...values));
  }
  process.exit();
}

/** An HTTP server that listens, and its port. */
export async function listenHttp() {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { http, port: http.address().port };
}

/** Waits until something is there. */
export async function until(isThere) {
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 5));
}
