// Size budgets: each entry bundled, minified and gzipped, as a browser would load it.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import budgets from './size-budgets.json' with { type: 'json' };

const root = fileURLToPath(new URL('..', import.meta.url));
let over = 0;
for (const { name, code, maxBytes } of budgets) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: `${root}bench`, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
  });
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  if (bytes > maxBytes) over++;
  console.log(`${bytes > maxBytes ? 'OVER' : 'ok  '} ${String(bytes).padStart(6)} of ${maxBytes} B  ${name}`);
}
process.exitCode = over === 0 ? 0 : 1;
