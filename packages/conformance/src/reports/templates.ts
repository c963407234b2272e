/** The templates of this package, which stand as files beside `src`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';

const FOLDER = new URL('../../templates/', import.meta.url);
// Values are escaped for HTML and XML; only `it` is in scope.
const eta = new Eta({ views: fileURLToPath(FOLDER), autoEscape: true, cache: true, autoTrim: false });

/**
 * Fills in a template.
 *
 * @param name - of the file, without its extension
 * @param values - the template's `it`
 */
export function render(name: string, values: object): string {
  return eta.render(`./${name}`, values);
}

/** Reads a file that stands among the templates and is none. */
export function asset(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}
