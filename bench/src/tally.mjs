/**
 * The use that both sides make of messages or output: count it, and keep it only while results
 * are compared.
 */
import assert from 'node:assert/strict';

/**
 * A consumer. The same code runs while timing and while verifying, so that verifying leaves no
 * other trace in the JIT.
 */
export class Tally {
  count = 0;
  /** Bytes, or UTF-16 units of strings. */
  length = 0;
  /** @type {(Buffer | string)[] | null} */
  #kept = null;

  /** @param {string} text */
  string(text) {
    this.count++;
    this.length += text.length;
    if (this.#kept !== null) this.#kept.push(text);
  }

  /** @param {Uint8Array} bytes */
  bytes(bytes) {
    this.count++;
    this.length += bytes.length;
    if (this.#kept !== null) this.#kept.push(Buffer.from(bytes));
  }

  /** As {@link Tally.bytes}, without a view. */
  slice(bytes, start, end) {
    this.count++;
    this.length += end - start;
    if (this.#kept !== null) this.#kept.push(Buffer.from(bytes.subarray(start, end)));
  }

  /**
   * Runs a pass and gives the messages or output of it.
   *
   * @param {() => void} pass
   * @returns {(Buffer | string)[]}
   */
  collect(pass) {
    this.keep();
    pass();
    return this.kept();
  }

  /** Keeps all that comes from now on. */
  keep() {
    this.#kept = [];
  }

  /** The kept messages or output; no more is kept. */
  kept() {
    const kept = this.#kept;
    this.#kept = null;
    return kept;
  }
}

/**
 * @param {(Buffer | string)[]} ours
 * @param {(Buffer | string)[]} theirs
 * @param {(Buffer | string)[]} expected
 */
export function assertSame(ours, theirs, expected) {
  for (const [name, actual] of Object.entries({ ours, theirs })) {
    assert.equal(actual.length, expected.length, `${name}: number of results`);
    for (let i = 0; i < expected.length; i++) {
      const same =
        typeof expected[i] === 'string' ? actual[i] === expected[i] : expected[i].equals(actual[i]);
      assert.ok(same, `${name}: result ${i} differs`);
    }
  }
}
