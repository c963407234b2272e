// Loaded before a program with `node --import`: whoever asks for ws, by `import` or `require`, gets `@sanssocket/ws`, as with
// `overrides` in package.json.
import Module, { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const own = new URL('../../dist/index.js', import.meta.url);

const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...others) =>
  request === 'ws' ? fileURLToPath(own) : resolve(request, ...others);

register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (specifier, context, next) =>
      specifier === 'ws' ? { url: ${JSON.stringify(own.href)}, shortCircuit: true } : next(specifier, context);
  `)}`,
);
