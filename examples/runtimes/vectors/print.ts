/** Node, Deno, Bun: the result on standard output. */
import { run } from './program.js';

console.log(JSON.stringify(await run()));
