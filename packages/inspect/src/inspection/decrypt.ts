/**
 * TLS through tshark: this package has no cryptography of TLS. tshark takes keys from the capture
 * (secrets of pcapng) or from a key log, and prints the bytes of each stream that it can read.
 */

import { spawn } from 'node:child_process';
import { followYaml } from '../formats/follow.js';
import type { Session } from '../model/session.js';
import type { Capture } from '../packets/capture.js';

/** The two ways to a key log. */
const KEY_LOG_ADVICE =
  'give a key log (--keylog FILE): `node --tls-keylog=FILE` writes one, and so do Chromium, Firefox and curl where the environment has SSLKEYLOGFILE=FILE';

/**
 * Reads the WebSocket connections in the TLS of a capture.
 *
 * @param path - of the capture; undefined where it is no file, which tshark could read
 * @returns once all of it is read, or said
 */
export async function decrypt(
  session: Session,
  capture: Capture,
  path: string | undefined,
  keyLogFile: string | undefined,
): Promise<void> {
  const many = `${capture.encrypted} streams are encrypted (TLS)`;
  if (!capture.hasSecrets && keyLogFile === undefined) {
    session.note('encrypted', `${many}: ${KEY_LOG_ADVICE}`);
    return;
  }
  if (path === undefined) {
    session.note('encrypted', `${many}: they are read through tshark, which needs the capture as a file`);
    return;
  }
  const keys = keyLogFile === undefined ? [] : ['-o', `tls.keylog_file:${keyLogFile}`];
  const base = ['-n', '-r', path, ...keys];
  try {
    const filter = [
      '-Y',
      'tls and (websocket or http.upgrade or http2.header.value == "websocket")',
      '-T',
      'fields',
      '-e',
      'tcp.stream',
    ];
    const printed: Uint8Array[] = [];
    await runTshark([...base, ...filter], (chunk) => printed.push(chunk));
    const streams = new Set(Buffer.concat(printed).toString('latin1').split(/\s+/).filter(Boolean));
    if (streams.size === 0) {
      session.note('encrypted', `${many}, and tshark finds no WebSocket in them with these keys`);
      return;
    }
    session.note(
      'decrypted',
      `${streams.size} of ${many.replace('are', 'that are')} are read through tshark with the keys that it has`,
    );
    const reader = followYaml(session);
    const follow = [...streams].flatMap((stream) => ['-z', `follow,tls,yaml,${stream}`]);
    await runTshark([...base, '-q', ...follow], (chunk) => reader.push(chunk));
    reader.end();
  } catch (error) {
    session.note('encrypted', `${many}: ${(error as Error).message}`);
  }
}

async function runTshark(args: readonly string[], receive: (chunk: Uint8Array) => void): Promise<void> {
  const child = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const words: Uint8Array[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    if (words.length < 100) words.push(chunk);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Error('they are read through tshark, which is not installed (Debian: apt-get install tshark)')
          : error,
      ),
    );
    child.once('close', resolve);
  });
  const reading = (async () => {
    for await (const chunk of child.stdout) receive(chunk as Uint8Array);
  })();
  const [status] = await Promise.all([ended, reading]);
  if (status !== 0)
    throw new Error(`tshark: ${Buffer.concat(words).toString('utf8').trim().split('\n').at(-1)}`);
}
