// The printed report of a test run: of a whole run its time, its progress and its failures; of a
// few files the report of vitest. It ends with the plain line `N passed, N failed, N skipped`. A
// file that failed to import counts as a failure: vitest's own summary leaves such files out of
// its test counts.
import { DefaultReporter } from 'vitest/node';

/** A run of more files than this reports its progress, in place of a line for each. */
const MANY_FILES = 12;

/** The reporter; its option `takes` says in words how long a whole run takes. */
export default class Summary extends DefaultReporter {
  #files = 0;
  #done = 0;
  #startedAt = 0;
  #nextTenth = 1;

  onTestRunStart(specifications) {
    super.onTestRunStart(specifications);
    this.#files = specifications.length;
    this.#done = 0;
    this.#nextTenth = 1;
    this.#startedAt = performance.now();
    if (this.#many) this.log(`${this.#files} files of tests${this.options.takes ?? ''}\n`);
  }

  onTestModuleEnd(module) {
    this.#done++;
    if (!this.#many) super.onTestModuleEnd(module);
    else if (module.state() === 'failed') this.#logFailed(module);
    if (!this.#many || this.#done < (this.#files * this.#nextTenth) / 10) return;
    this.#nextTenth = Math.floor((10 * this.#done) / this.#files) + 1;
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    this.log(`${String(this.#done).padStart(5)} of ${this.#files} files, ${seconds} s`);
  }

  onTestRunEnd(modules, unhandledErrors, reason) {
    super.onTestRunEnd(modules, unhandledErrors, reason);
    const { passed, failed, skipped } = count(modules);
    const line = `${passed} passed, ${failed + unhandledErrors.length} failed, ${skipped} skipped`;
    process.on('exit', () => console.log(line));
  }

  /** The names alone: the reasons stand at the end, and a test that passed says nothing. */
  #logFailed(module) {
    this.log(`FAILED ${module.relativeModuleId}`);
    for (const test of module.children.allTests('failed')) this.log(`  ${test.fullName}`);
  }

  get #many() {
    return this.#files > MANY_FILES;
  }
}

function count(modules) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    if (module.errors().length > 0) counts.failed++;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'passed' || state === 'failed' ? state : 'skipped']++;
    }
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length > 0 ? 1 : 0;
  }
  return counts;
}
