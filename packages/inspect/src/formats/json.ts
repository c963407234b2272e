/**
 * JSON in chunks: the elements of one array of a document, each as a value, so that a document of
 * any size takes the memory of one element. A name that an object has twice, as tshark's objects
 * do, gives the array of its values; nothing is lost.
 */

import { Tokenizer, TokenType } from '@streamparser/json';
import { InputError, type Reader } from './reader.js';

/** Deeper documents are refused: each level is an object that is kept. */
const MAX_DEPTH = 1000;

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** A container under way. */
interface Open {
  readonly isArray: boolean;
  /** The number of names of the path that lead here; -1 for a container beside the path. */
  readonly depth: number;
  readonly values: Json[];
  readonly members: Map<string, Json[]>;
  /** The name of the member whose value comes next. */
  name: string | undefined;
}

/** Reads a document. */
export class JsonElements implements Reader {
  readonly #tokenizer = new Tokenizer({ stringBufferSize: 65_536 });
  readonly #path: readonly string[];
  readonly #element: (value: Json) => void;
  readonly #ended: (whole: boolean) => void;
  readonly #member: (name: string, value: Json) => void;
  readonly #stack: Open[] = [];
  #over = false;

  /**
   * @param path - names from the document's root to the array: none for a document that is one
   * @param element - called with each element of the array
   * @param ended - called at the end, and whether the document had one
   * @param member - called with each member of the root that is not on the path
   */
  constructor(
    path: readonly string[],
    element: (value: Json) => void,
    ended: (whole: boolean) => void,
    member: (name: string, value: Json) => void = () => {},
  ) {
    this.#path = path;
    this.#element = element;
    this.#ended = ended;
    this.#member = member;
    this.#tokenizer.onToken = ({ token, value }) => this.#take(token, value as Json);
    this.#tokenizer.onError = (error) => {
      throw error instanceof InputError ? error : new InputError(`this is no JSON: ${error.message}`);
    };
    this.#tokenizer.onEnd = () => {};
  }

  push(chunk: Uint8Array): void {
    if (!this.#over) this.#tokenizer.write(chunk);
  }

  end(): void {
    this.#ended(this.#over);
  }

  #take(token: TokenType, value: Json): void {
    switch (token) {
      case TokenType.LEFT_BRACE:
        this.#open(false);
        break;
      case TokenType.LEFT_BRACKET:
        this.#open(true);
        break;
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        this.#close();
        break;
      case TokenType.COLON:
      case TokenType.COMMA:
      case TokenType.SEPARATOR:
        break;
      default:
        this.#add(value);
    }
  }

  #open(isArray: boolean): void {
    if (this.#stack.length === MAX_DEPTH)
      throw new InputError(`JSON that is nested more than ${MAX_DEPTH} deep is not read`);
    const parent = this.#stack.at(-1);
    const leads = parent === undefined || (parent.depth >= 0 && parent.name === this.#path[parent.depth]);
    const depth = parent === undefined ? 0 : leads && !parent.isArray ? parent.depth + 1 : -1;
    this.#stack.push({ isArray, depth, values: [], members: new Map(), name: undefined });
  }

  #close(): void {
    const closed = this.#stack.pop();
    if (closed === undefined) return;
    if (this.#stack.length === 0) this.#over = true;
    else this.#add(completed(closed));
  }

  /** A name, or a value that is complete. */
  #add(value: Json): void {
    const open = this.#stack.at(-1);
    if (open === undefined) return;
    const { isArray, depth, name } = open;
    if (isArray) {
      if (depth === this.#path.length) this.#element(value);
      else open.values.push(value);
      return;
    }
    if (name === undefined) {
      open.name = String(value);
      return;
    }
    open.name = undefined;
    if (depth < 0) {
      const before = open.members.get(name);
      if (before === undefined) open.members.set(name, [value]);
      else before.push(value);
    } else if (depth === 0 && name !== this.#path[0]) {
      this.#member(name, value);
    }
  }
}

function completed({ isArray, values, members }: Open): Json {
  if (isArray) return values;
  return Object.fromEntries(Array.from(members, ([name, all]) => [name, all.length === 1 ? all[0]! : all]));
}

/** The member of an object; undefined for anything else. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}

/** A member that is text; of several, the last one. */
export function textOf(value: Json | undefined, name: string): string | undefined {
  const member = memberOf(value, name);
  const last = Array.isArray(member) ? member.at(-1) : member;
  return typeof last === 'string'
    ? last
    : typeof last === 'number' || typeof last === 'boolean'
      ? String(last)
      : undefined;
}
