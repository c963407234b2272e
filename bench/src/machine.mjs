/** The machine of a run: figures mean nothing without it. */
import { createRequire } from 'node:module';
import { cpus, release, totalmem, type } from 'node:os';
import { versionOfOther } from './runtimes.mjs';
import { wslayVersion } from './wslay.mjs';

const require = createRequire(import.meta.url);

/**
 * @param {Record<string, string>} nodes - versions of Node
 * @returns {Record<string, unknown>}
 */
export function describeMachine(nodes) {
  const cores = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cores[0]?.model.trim(),
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    nodes,
    peers: {
      ws: versionOf('ws'),
      bufferutil: versionOf('bufferutil'),
      'utf-8-validate': versionOf('utf-8-validate'),
      'websocket-driver': versionOf('websocket-driver'),
      wslay: wslayVersion(),
      bun: versionOfOther('bun'),
      deno: versionOfOther('deno'),
    },
  };
}

/** @param {string} name - of a package */
function versionOf(name) {
  return require(`${name}/package.json`).version;
}
