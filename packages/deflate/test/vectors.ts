import { readFileSync } from 'node:fs';
import type { NegotiationOptions, RejectedOffers } from '../src/extension/negotiation.js';

export interface NegotiationVector {
  readonly id: string;
  readonly side: 'server' | 'client';
  readonly options?: NegotiationOptions & {
    readonly fallbacks?: readonly NegotiationOptions[];
    readonly rejects?: RejectedOffers;
  };
  readonly engine?: {
    readonly minWindowBits?: number;
    readonly deflateTakeover?: boolean;
    readonly inflateTakeover?: boolean;
  };
  readonly offer: string;
  readonly response?: string;
  readonly expect: null | {
    readonly response?: string;
    readonly agreement?: Record<string, unknown>;
    readonly fault?: string;
  };
}

export type MessageEvent =
  | { readonly text: string }
  | { readonly binary: string }
  | { readonly ping: string }
  | { readonly fault: string; readonly closeCode: number };

export interface MessageVector {
  readonly id: string;
  readonly noContextTakeover?: boolean;
  readonly windowBits?: number;
  readonly maxMessageBytes?: number;
  readonly frames: readonly (string | { readonly repeat: string; readonly times: number })[];
  readonly events: readonly MessageEvent[];
}

const root = new URL('../../../test-vectors/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

export const file = read('vectors/deflate.json') as {
  readonly negotiation: readonly NegotiationVector[];
  readonly messages: readonly MessageVector[];
};
export const schema = read('schema/deflate.schema.json') as object;
