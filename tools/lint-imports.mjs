// Portability and layering: no published source names node:, Buffer or process (files called node-* are adapters to Node and
// say so), arrows between packages only point down, and no package has an import cycle.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publishedPackages } from './packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What each package may import. */
const ARROWS = {
  mask: [],
  codec: ['mask'],
  handshake: [],
  deflate: ['codec', 'handshake'],
  'test-vectors': [],
};

const faults = [];
for (const folder of publishedPackages()) {
  const name = folder.replace('packages/', '');
  const src = `${root}${folder}/src/`;
  const graph = new Map();
  for (const file of readdirSync(src, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(src + file, 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    if (!posix.basename(file).startsWith('node-') && /from 'node:|\bBuffer\b|\bprocess\./.test(code)) {
      faults.push(`${folder}/src/${file} is not portable`);
    }
    if (/\bMath\.random\b/.test(code)) faults.push(`${folder}/src/${file} uses Math.random`);
    const local = [];
    for (const [statement, specifier] of code.matchAll(/^(?:import|export)[^;]*?from '([^']+)'/gm)) {
      if (specifier.startsWith('.') && !/^(?:import|export) type/.test(statement)) {
        local.push(posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts'));
      }
      const other = /^@sanssocket\/([a-z-]+)/.exec(specifier)?.[1];
      if (other !== undefined && !ARROWS[name].includes(other)) {
        faults.push(`${folder}/src/${file} imports ${other}, against the arrows`);
      }
    }
    graph.set(file, local);
  }
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) {
      faults.push(`${folder}: cycle ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
}
for (const fault of faults) console.log(fault);
console.log(`${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
