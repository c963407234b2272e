/**
 * Whether V8 stays content: runs hygiene/traffic.mjs and reads V8's own log. Once warm, a
 * function of the packages that V8 found hot enough to optimise must not be thrown out again: a
 * deoptimisation in steady state means that some ordinary input or call has a shape the code was
 * not made for, and costs all connections of the process. Nor may a full collection throw it out:
 * V8 does so with code that knows a class of which no object is alive ("weak objects"), and one
 * kept object of the class keeps the code.
 *
 *   npm run hygiene [-- --verbose] [--rounds N] [--collections N]
 *
 * Exits with 1 if a hot function is thrown out.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '400' },
    collections: { type: 'string', default: '20' },
    verbose: { type: 'boolean', default: false },
  },
});
const FLAGS = ['--allow-natives-syntax', '--expose-gc', '--trace-opt', '--trace-deopt'];
const PACKAGES = ['mask', 'codec', 'handshake'];

const OPTIMIZED = /^\[completed optimizing \S+ <JSFunction (\S+) .*\(target TURBOFAN(?:_JS)?\)( OSR)?/;
const DEOPTIMIZED = /reason: ([^)]+)\): begin. deoptimizing \S+ <JSFunction (\S+) /;
/** Code of an optimising compiler that dies with a class, in a collection. */
const DIED =
  /<Code (?:TURBOFAN|MAGLEV).*<SharedFunctionInfo (\S+)>\).* for deoptimization, reason: (?:embedded )?weak objects/;
/**
 * Of all collections: a hot function is optimised again before the next one, and dies again. One
 * that dies now and then is not hot.
 */
const MAX_DIED = 0.25;
const MARK = 'manually marking';

/** @returns {Set<string>} names of functions and methods in the published packages */
function shippedFunctions() {
  const names = new Set();
  for (const name of PACKAGES) {
    const folder = fileURLToPath(new URL(`../../packages/${name}/dist/`, import.meta.url));
    for (const file of readdirSync(folder, { recursive: true }).filter((entry) => entry.endsWith('.js'))) {
      const code = readFileSync(folder + file, 'utf8');
      const declaration =
        /^ *(?:export )?(?:async )?(?:function |static |get |set )*([#\w]+)\([^;]*?\) \{$/gm;
      for (const [, declared] of code.matchAll(declaration)) names.add(declared);
    }
  }
  for (const keyword of ['if', 'for', 'while', 'switch', 'catch', 'constructor']) names.delete(keyword);
  return names;
}

/** The fate of one function: how often it was optimised and deoptimised, and why. */
class Life {
  optimized = 0;
  /** @type {string[]} */
  warmUp = [];
  /** @type {string[]} */
  steady = [];
  /** How often it died in a collection between rounds. */
  died = 0;
  inForce = false;
}

/** @returns {Promise<Map<string, Life>>} by name */
async function observe() {
  const ours = shippedFunctions();
  /** @type {Map<string, Life>} */
  const lives = new Map();
  const lifeOf = (name) => {
    if (!ours.has(name)) return undefined;
    if (!lives.has(name)) lives.set(name, new Life());
    return lives.get(name);
  };
  const traffic = fileURLToPath(new URL('hygiene/traffic.mjs', import.meta.url));
  const child = spawn(
    process.execPath,
    [...FLAGS, traffic, values.rounds, values.rounds, values.collections],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let steady = false;
  let collecting = false;
  for await (const line of createInterface(child.stdout)) {
    if (line.includes(MARK) && line.includes('steadyStateBegins')) steady = true;
    if (line.includes(MARK) && line.includes('collectionsBegin')) collecting = true;
    const died = collecting && DIED.exec(line);
    if (died) {
      const life = lifeOf(died[1]);
      if (life !== undefined) life.died++;
    }
    const optimized = OPTIMIZED.exec(line);
    if (optimized !== null) {
      const life = lifeOf(optimized[1]);
      if (life !== undefined) {
        life.optimized++;
        life.inForce = true;
      }
    }
    // Behind a collection V8 has forgotten some of the shapes it knew, and learns them again.
    const deoptimized = collecting ? null : DEOPTIMIZED.exec(line);
    if (deoptimized !== null) {
      const life = lifeOf(deoptimized[2]);
      if (life !== undefined) {
        (steady ? life.steady : life.warmUp).push(deoptimized[1]);
        life.inForce = false;
      }
    }
  }
  if ((await ended) !== 0 || !collecting) throw new Error('the traffic did not run to its end');
  return lives;
}

const lives = await observe();
const entries = [...lives].sort(([a], [b]) => (a < b ? -1 : 1));
const fallen = entries.filter(([, life]) => life.steady.length > 0);
const dead = entries.filter(([, life]) => life.died > Number(values.collections) * MAX_DIED);
const inForce = entries.filter(([, life]) => life.inForce);
if (values.verbose) {
  for (const [name, { optimized, warmUp }] of entries) {
    console.log(
      `${name}: optimised ${optimized} times${warmUp.length > 0 ? `; warm-up: ${warmUp.join(', ')}` : ''}`,
    );
  }
}
for (const [name, { steady }] of fallen)
  console.log(`${name}: deoptimised in steady state: ${steady.join(', ')}`);
for (const [name, { died }] of dead)
  console.log(`${name}: thrown away by ${died} of ${values.collections} collections`);
const lost = entries.filter(([, life]) => !life.inForce).map(([name]) => name);
if (lost.length > 0) console.log(`not optimised at the end: ${lost.join(', ')}`);
console.log(
  `${inForce.length} hot functions optimised at the end, ${fallen.length} deoptimised in steady state, ` +
    `${dead.length} thrown away by collections`,
);
if (fallen.length + dead.length > 0) process.exitCode = 1;
