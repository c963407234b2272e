import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import {
  ClientHandshake,
  type ExtensionFactory,
  type ExtensionParameter,
  type NegotiatedExtension,
  ServerHandshake,
} from '@sanssocket/handshake';
import { formatExtensions, headerValues, parseExtensions } from '@sanssocket/handshake/values';
import { cut, text } from './bytes.js';

export interface MadeUpExtension {
  readonly name: string;
  readonly rsv: number;
  readonly accepts?: readonly string[];
  readonly offers?: readonly string[];
  readonly confirms?: readonly string[];
}

export interface HandshakeVector {
  readonly id: string;
  readonly section: string;
  readonly about: string;
  readonly advisories?: readonly string[];
  readonly side: 'server' | 'client';
  readonly options?: {
    readonly eof?: boolean;
    readonly maxHeadBytes?: number;
    readonly maxHeaders?: number;
    readonly maxBodyBytes?: number;
    readonly protocols?: readonly string[];
    readonly extensions?: readonly MadeUpExtension[];
    readonly url?: string;
    readonly key?: string;
    readonly origin?: string;
    readonly headers?: readonly (readonly [string, string])[];
  };
  readonly input: string | readonly (string | { readonly repeat: string; readonly times: number })[];
  readonly expect: Readonly<Record<string, unknown>>;
}

const directory = new URL('../../../test-vectors/', import.meta.url);

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, directory), 'utf8'));
}

export const vectors: readonly HandshakeVector[] = (
  readJson('vectors/handshake.json') as { vectors: HandshakeVector[] }
).vectors;

export function inputOf({ input }: HandshakeVector): Uint8Array {
  const pieces = typeof input === 'string' ? [input] : input;
  const whole = pieces.map((piece) => (typeof piece === 'string' ? piece : piece.repeat.repeat(piece.times)));
  return Uint8Array.from(Buffer.from(whole.join(''), 'latin1'));
}

/** A parameter list as it stands in the header, without the extension's name. */
function listText(parameters: readonly ExtensionParameter[]): string {
  return formatExtensions([{ name: 'x', parameters }]).slice('x; '.length);
}

function listOf(parameters: string): readonly ExtensionParameter[] {
  return parseExtensions([parameters === '' ? 'x' : `x; ${parameters}`])![0]!.parameters;
}

export function madeUp(extension: MadeUpExtension): ExtensionFactory<string> {
  const { name, rsv, accepts = [], offers = [], confirms = [] } = extension;
  return {
    name,
    rsv,
    offers: () => offers.map(listOf),
    confirm: (response) =>
      confirms.includes(listText(response)) ? { extension: listText(response) } : undefined,
    accept: (offer) =>
      accepts.includes(listText(offer)) ? { response: offer, extension: listText(offer) } : undefined,
  };
}

const inForce = (extensions: readonly NegotiatedExtension<string>[]): string | null =>
  extensions.length === 0 ? null : formatExtensions(extensions);

/** Feeds a vector's input, cut at the given offsets, and tells what came of it in the vocabulary of `expect`. */
export function run(vector: HandshakeVector, at: readonly number[]): Record<string, unknown> {
  return vector.side === 'server' ? runServer(vector, at) : runClient(vector, at);
}

function runServer(vector: HandshakeVector, at: readonly number[]): Record<string, unknown> {
  const { eof, protocols, extensions = [], ...limits } = vector.options ?? {};
  const handshake = new ServerHandshake(limits);
  let outcome: Record<string, unknown> | undefined;
  let remaining = '';
  const take = (event: ReturnType<ServerHandshake['receive']>): void => {
    if (event?.kind === 'rejected') {
      const { fault, status, headers, body, bytes } = event;
      const response = text(bytes);
      if (!response.startsWith(`HTTP/1.1 ${status} `)) throw new Error(response);
      if (!response.endsWith(`\r\n\r\n${text(body)}`)) throw new Error(response);
      const own = Object.fromEntries(
        headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]]] : [])),
      );
      if (!/^close\b/.test(own['Connection']!) || own['Content-Length'] !== String(body.length)) {
        throw new Error(response);
      }
      outcome = { outcome: 'rejected', code: fault!.code, status, offset: fault!.offset, headers: own };
    } else if (event !== undefined) {
      remaining = text(event.remaining);
      const { resourceName, host, origin = null, protocols: offered } = event.request;
      const accepted = handshake.accept({ protocols, extensions: extensions.map(madeUp) });
      const header = (name: string): string | null => headerValues(accepted.headers, name)[0] ?? null;
      outcome = {
        outcome: 'accepted',
        resourceName,
        host,
        origin,
        offered,
        accept: header('Sec-WebSocket-Accept'),
        protocol: accepted.protocol ?? null,
        extensions: header('Sec-WebSocket-Extensions'),
        response: text(accepted.bytes),
        headers: event.request.headers,
      };
      if (header('Sec-WebSocket-Protocol') !== outcome['protocol']) throw new Error('protocol not as said');
      if (inForce(accepted.extensions) !== outcome['extensions']) throw new Error('extensions not as said');
    }
  };
  for (const chunk of cut(inputOf(vector), at)) {
    if (handshake.state === 'accepted') remaining += text(chunk);
    else take(handshake.receive(chunk));
  }
  if (eof) take(handshake.receiveEof());
  if (outcome?.['outcome'] === 'accepted') outcome['remaining'] = remaining;
  return outcome ?? { outcome: 'incomplete' };
}

function runClient(vector: HandshakeVector, at: readonly number[]): Record<string, unknown> {
  const { eof, url = '', key = '', extensions = [], ...options } = vector.options ?? {};
  const handshake = new ClientHandshake(url, {
    ...options,
    extensions: extensions.map(madeUp),
    random: (target) => target.set(Buffer.from(key, 'base64')),
  });
  let outcome: Record<string, unknown> | undefined;
  let remaining = '';
  const take = (event: ReturnType<typeof handshake.receive>): void => {
    if (event === undefined) return;
    if (event.kind === 'fault') {
      outcome = { outcome: 'fault', code: event.code, offset: event.offset };
    } else if (event.kind === 'accepted') {
      remaining = text(event.remaining);
      const request = text(handshake.request.bytes);
      const protocol = event.protocol ?? null;
      const extensions = inForce(event.extensions);
      outcome = { outcome: 'accepted', request, protocol, extensions, headers: event.headers };
    } else {
      const { kind, body, ...refusal } = event;
      outcome = { outcome: kind, ...refusal, body: text(body) };
    }
  };
  for (const chunk of cut(inputOf(vector), at)) {
    if (handshake.state === 'accepted') remaining += text(chunk);
    else take(handshake.receive(chunk));
  }
  if (eof) take(handshake.receiveEof());
  if (outcome?.['outcome'] === 'accepted') outcome['remaining'] = remaining;
  return outcome ?? { outcome: 'incomplete' };
}
