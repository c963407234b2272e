/** The source of the heads of `handshake.json`, and the suite's placeholders in them. */
import { createRequire } from 'node:module';

/** A vector of `@sanssocket/test-vectors`. */
export interface HeadVector {
  readonly id: string;
  readonly section: string;
  readonly about: string;
  readonly side: 'server' | 'client';
  readonly input: string | readonly (string | { readonly repeat: string; readonly times: number })[];
  readonly expect: { readonly outcome: string; readonly code?: string };
  readonly options?: Readonly<Record<string, unknown>>;
}

const { vectors } = createRequire(import.meta.url)('@sanssocket/test-vectors/vectors/handshake.json') as {
  readonly vectors: readonly HeadVector[];
};

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** The vectors of one side, their ids without the common beginning. */
export function headVectors(side: 'server' | 'client'): (HeadVector & { readonly name: string })[] {
  return vectors
    .filter((vector) => vector.side === side)
    .map((vector) => ({ ...vector, name: vector.id.replace(`handshake/${side}/`, '') }));
}

/** A vector's head, with placeholders for the parts that differ from run to run. */
export function headOf({ input, side }: HeadVector): string {
  const text = (typeof input === 'string' ? [input] : input)
    .map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times)))
    .join('');
  if (side === 'client') return text.replaceAll(ACCEPT, '{accept}').replaceAll(KEY, '{key}');
  return text
    .replace(/^((?:\r\n)?[A-Za-z]+) \/chat(?=[ ?])/, '$1 {path}')
    .replaceAll('server.example.com', '{host}')
    .replaceAll(KEY, '{key}');
}
