/** What the tests' helpers use of Node, for realms without it: files are the vectors, in the bundle. */
import { files } from './files.js';

/** @returns the vectors whose path ends as the URL does */
export function readFileSync(url: URL): string {
  const name = url.href.slice(url.href.lastIndexOf('/') + 1);
  return JSON.stringify(files[name] ?? {});
}

type Encoding = 'latin1' | 'hex' | 'base64' | 'utf8';

const writers: Readonly<Record<Encoding, (text: string) => Uint8Array>> = {
  latin1: (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)),
  hex: (text) => Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
  base64: (text) => writers.latin1(atob(text)),
  utf8: (text) => new TextEncoder().encode(text),
};

/** The few methods of Node's that are called. */
export class Buffer extends Uint8Array<ArrayBuffer> {
  constructor(source: number | ArrayLike<number> | ArrayBuffer, offset?: number, length?: number) {
    super(source as ArrayBuffer, offset, length);
  }

  static override from(source: unknown, encoding?: unknown, length?: unknown): Buffer {
    if (typeof source === 'string') return new Buffer(writers[(encoding ?? 'utf8') as Encoding](source));
    if (source instanceof ArrayBuffer) return new Buffer(source, encoding as number, length as number);
    return new Buffer(source as ArrayLike<number>);
  }

  static concat(parts: readonly Uint8Array[]): Buffer {
    const all = new Buffer(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  override toString(encoding: Encoding = 'utf8'): string {
    if (encoding === 'utf8') return new TextDecoder().decode(this);
    if (encoding === 'hex') return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('');
    let text = '';
    // As many arguments as every engine takes.
    for (let at = 0; at < this.length; at += 4096)
      text += String.fromCharCode(...this.subarray(at, at + 4096));
    return encoding === 'base64' ? btoa(text) : text;
  }
}

function assert(condition: unknown, message = 'assertion failed'): asserts condition {
  if (!condition) throw new Error(message);
}
assert.equal = (actual: unknown, expected: unknown): void =>
  assert(Object.is(actual, expected), `${actual} is not ${expected}`);

export default assert;

Object.assign(globalThis, {
  Buffer: 'Buffer' in globalThis ? globalThis.Buffer : Buffer,
  setImmediate:
    'setImmediate' in globalThis ? globalThis.setImmediate : (call: () => void) => setTimeout(call),
  process: 'process' in globalThis ? globalThis.process : { env: {} },
});
