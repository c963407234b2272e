/**
 * The use that both sides make of messages or output: read it as an application would, count it,
 * and keep it only while results are compared.
 */
import assert from 'node:assert/strict';

/** From this length on all of a text is looked at. A shorter one is read at both ends. */
const LONG_TEXT = 1024;

/** Found in no text of the bench. To look for it, V8 makes one string of a rope. */
const ABSENT = /\0/;

/**
 * A consumer. The same code runs while timing and while verifying, so that verifying leaves no
 * other trace in the JIT.
 */
export class Tally {
  count = 0;
  /** The sum of all that was read: nothing of it can be left out. */
  sum = 0;
  /** @type {(Buffer | string)[] | null} */
  #kept = null;

  /** @param {string} text */
  string(text) {
    const { length } = text;
    this.count++;
    // A read of one unit joins a rope, too.
    this.sum += length + text.charCodeAt(0) + text.charCodeAt(length - 1);
    if (length >= LONG_TEXT && ABSENT.test(text)) this.sum++;
    if (this.#kept !== null) this.#kept.push(text);
  }

  /** @param {Uint8Array} bytes */
  bytes(bytes) {
    const { length } = bytes;
    this.count++;
    this.sum += length + bytes[0] + bytes[length - 1];
    if (this.#kept !== null) this.#kept.push(Buffer.from(bytes));
  }

  /** As {@link Tally.bytes}, without a view. */
  slice(bytes, start, end) {
    this.count++;
    this.sum += end - start + bytes[start] + bytes[end - 1];
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
