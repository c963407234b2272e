// The inspector on its page: a script and a sheet beside the others, and a policy that lets the page load nothing but these.
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PAGE = 'documents/Inspector.html';

/** Scripts that stand in the page, as TypeDoc writes them. */
const INLINE_SCRIPT = /<script>([^<]*)<\/script>/g;

const source = (file) => fileURLToPath(new URL(`inspector/${file}`, import.meta.url));

/**
 * Writes `assets/inspector.js` and `assets/inspector.css`, and joins the page to them.
 *
 * @param {string} site - the folder that the site stands in
 * @param {Record<string, string>} sources - of the packages, by the names they are imported by
 */
export async function writeInspector(site, sources) {
  await build({
    entryPoints: [source('page.js')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    alias: {
      ...sources,
      'readable-stream': source('for-hpack/duplex.js'),
      buffer: fileURLToPath(import.meta.resolve('buffer/index.js')),
    },
    inject: [source('for-hpack/globals.js')],
    outfile: join(site, 'assets/inspector.js'),
  });
  copyFileSync(source('inspector.css'), join(site, 'assets/inspector.css'));
  const page = readFileSync(join(site, PAGE), 'utf8');
  const ours = [
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(page)}"/>`,
    '<link rel="stylesheet" href="../assets/inspector.css"/>',
    '<script defer src="../assets/inspector.js"></script>',
  ];
  writeFileSync(join(site, PAGE), page.replace('<meta charset="utf-8"/>', `$&${ours.join('')}`));
}

/**
 * The policy of the page: its own scripts and sheets, by the site's address or, from disk, by `file:`. TypeDoc's script unpacks its
 * list of pages out of a `data:` address, and writes elements with styles. The codec unmasks long payloads by WebAssembly.
 */
function policyOf(page) {
  const hashes = Array.from(page.matchAll(INLINE_SCRIPT), ([, script]) => {
    return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  });
  return [
    "default-src 'none'",
    `script-src 'self' file: 'wasm-unsafe-eval' ${hashes.join(' ')}`,
    "style-src 'self' file: 'unsafe-inline'",
    "img-src 'self' file: data:",
    'connect-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
