/** Extensions for tests. */
import { type Decoded, type Encoded, type MessageExtension, RSV1 } from '../src/index.js';

export const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);
export const reverse = (bytes: Uint8Array): Uint8Array => bytes.slice().reverse();

/** An extension of one transformation, its own inverse, that marks what it changed. */
export function sync(rsv: number, transform = flip): MessageExtension {
  return { rsv, encode: (piece) => transform(piece), decode: (message) => transform(message) };
}

/** An extension whose work is done when the test says so, or throws then. */
export class Manual implements MessageExtension {
  readonly rsv = RSV1;
  readonly jobs: (() => void)[] = [];
  readonly failures: (() => void)[] = [];
  closed = 0;

  #later<T>(value: T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.jobs.push(() => resolve(value));
      this.failures.push(() => reject(new Error('failed')));
    });
  }

  encode(piece: Uint8Array): Promise<Encoded> {
    return this.#later(flip(piece));
  }

  decode(message: Uint8Array): Promise<Decoded> {
    return this.#later(flip(message));
  }

  close(): void {
    this.closed++;
  }

  /** Finishes the oldest job, and lets what waits for it happen. */
  async finish(): Promise<void> {
    this.jobs.shift()!();
    this.failures.shift();
    await settled();
  }

  async fail(): Promise<void> {
    this.jobs.shift();
    this.failures.shift()!();
    await settled();
  }
}

export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

export function texts(events: readonly unknown[]): unknown[] {
  return (events as { type: string; data?: unknown }[]).map(({ type, data }) => data ?? type);
}
