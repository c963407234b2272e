/** The command `proxy`: events are shown as they happen, and recorded. */

import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { RECORDING_HEADER } from '../formats/recording.js';
import type { InspectEvent } from '../model/event.js';
import { startProxy } from '../proxy/proxy.js';
import { Output } from './output.js';
import { type ShowOptions, showing } from './show.js';

export interface ProxyCommandOptions extends ShowOptions {
  readonly to: string;
  readonly port: number;
  readonly host: string;
  readonly save?: string;
}

/** @returns the exit status, once a signal, or a recording that cannot be written, has ended the proxy */
export async function runProxyCommand(options: ProxyCommandOptions): Promise<number> {
  const output = new Output(process.stdout);
  const show = showing(options, output);
  const { to, port, host } = options;
  let last: Promise<void> = Promise.resolve();
  let status = 0;
  const onEvent = (event: InspectEvent): Promise<void> => {
    if (event.type === 'fault') status = 1;
    last = last.then(() => show(event)).then(() => output.flush());
    return last;
  };
  let file: WriteStream | undefined;
  try {
    file = options.save === undefined ? undefined : await openRecording(options.save);
    const recording = file;
    const proxy = await startProxy({
      to,
      port,
      host,
      onEvent,
      ...(recording === undefined
        ? {}
        : { onChunk: (chunk) => void recording.write(`${JSON.stringify(chunk)}\n`) }),
    });
    console.error(
      `ws://${host.includes(':') ? `[${host}]` : host}:${proxy.port}/ leads to ${to}; Ctrl-C ends it`,
    );
    const failure = await new Promise<Error | undefined>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(undefined));
      recording?.once('error', resolve);
    });
    await proxy.close();
    if (failure !== undefined) throw failure;
    if (recording !== undefined) await finished(recording.end());
    return status;
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
}

/** A recording holds all that was said: only its owner may read it. */
function openRecording(path: string): Promise<WriteStream> {
  const file = createWriteStream(path, { mode: 0o600 });
  file.write(`${JSON.stringify(RECORDING_HEADER)}\n`);
  return new Promise((resolve, reject) => {
    file.once('open', () => resolve(file));
    file.once('error', reject);
  });
}
