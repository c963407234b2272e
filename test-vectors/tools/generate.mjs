/**
 * Writes vectors/*.json (but for handshake.json, which has a generator of its own).
 *
 *   node tools/generate.mjs           write the files
 *   node tools/generate.mjs --check   exit with 1 when a file on disk differs from what would be written
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { close } from './families/close.mjs';
import { control } from './families/control.mjs';
import { eof } from './families/eof.mjs';
import { fragmentation } from './families/fragmentation.mjs';
import { frames } from './families/frames.mjs';
import { lengths } from './families/lengths.mjs';
import { limits } from './families/limits.mjs';
import { masking } from './families/masking.mjs';
import { precedence } from './families/precedence.mjs';
import { utf8 } from './families/utf8.mjs';
import { format } from './format.mjs';

const files = {
  frames,
  lengths,
  control,
  close,
  utf8,
  fragmentation,
  masking,
  limits,
  precedence,
  eof,
};

const check = process.argv.includes('--check');
const ids = new Set();
let stale = 0;
for (const [name, family] of Object.entries(files)) {
  for (const { id } of family.vectors) {
    if (ids.has(id)) throw new Error(`two vectors are named ${id}`);
    if (!id.startsWith(`${name}/`)) throw new Error(`${id} is in ${name}.json`);
    ids.add(id);
  }
  const url = new URL(`../vectors/${name}.json`, import.meta.url);
  const content = format(family);
  if (!check) writeFileSync(url, content);
  else if (readFileSync(url, 'utf8') !== content) {
    console.error(`vectors/${name}.json is not what tools/generate.mjs writes`);
    stale++;
  }
  console.log(`${name}.json ${family.vectors.length} vectors, ${content.length} bytes`);
}
console.log(`${ids.size} vectors`);
if (stale > 0) process.exitCode = 1;
