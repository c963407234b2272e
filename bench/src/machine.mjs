/** The machine of a run: figures mean nothing without it. */
import { createRequire } from 'node:module';
import { cpus, release, totalmem, type } from 'node:os';
import { bunVersion } from './bun.mjs';
import { wslayVersion } from './wslay.mjs';

const require = createRequire(import.meta.url);

/** @returns {Record<string, unknown>} */
export function describeMachine() {
  const cores = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cores[0]?.model.trim(),
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    peers: {
      ws: versionOf('ws'),
      bufferutil: versionOf('bufferutil'),
      'utf-8-validate': versionOf('utf-8-validate'),
      'websocket-driver': versionOf('websocket-driver'),
      wslay: wslayVersion(),
      bun: bunVersion(),
    },
  };
}

/** @param {string} name - of a package */
function versionOf(name) {
  return require(`${name}/package.json`).version;
}
