// Assembles simd.wat to simd.wasm and to the same bytes in src/simd-module.ts; `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import initWabt from 'wabt';

const here = fileURLToPath(new URL('.', import.meta.url));
const { parseWat } = await initWabt();
const module = parseWat('simd.wat', readFileSync(`${here}simd.wat`, 'utf8'), { simd: true });
const bytes = module.toBinary({}).buffer;
const source = `/**
 * The module of wasm/simd.wat, assembled by \`node wasm/assemble.mjs\` (CI compares them): ${bytes.length} bytes.
 */
export const SIMD_MODULE_BASE64: string =
  '${Buffer.from(bytes).toString('base64')}';
`;

const files = [
  [`${here}simd.wasm`, Buffer.from(bytes)],
  [`${here}../src/simd-module.ts`, Buffer.from(source)],
];
for (const [file, content] of files) {
  if (!process.argv.includes('--check')) writeFileSync(file, content);
  else if (!readFileSync(file).equals(content)) {
    console.log(`${file} is not what wasm/simd.wat gives: node wasm/assemble.mjs`);
    process.exitCode = 1;
  }
}
console.log(`${bytes.length} bytes`);
