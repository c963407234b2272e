import { existsSync } from 'node:fs';

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium';

/** Nothing of its own over the network, which may not be there. */
const OFFLINE = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Options for `chromium.launch` of Playwright.
 *
 * @throws Error that says what to install
 */
export function chromiumOptions(...args: string[]): { executablePath: string; args: string[] } {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`these tests need ${CHROMIUM}: apt-get install --no-install-recommends chromium`);
  }
  // Chromium's sandbox does not work for root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { executablePath: CHROMIUM, args: [...OFFLINE, ...sandbox, ...args] };
}
