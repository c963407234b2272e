/** The vectors of permessage-deflate, with the engines of `engines.ts`. */
import { type DeflateEngine, permessageDeflate } from '@sanssocket/deflate';
import { pako } from '@sanssocket/deflate/pako';
import { confirmExtensions, negotiateExtensions } from '@sanssocket/handshake/rules';
import { formatExtensions, parseExtensions } from '@sanssocket/handshake/values';
import { bytesOf, clientEnd, Recorder, serverEnd } from '../../../packages/deflate/test/pair.js';
import { file, type MessageVector, type NegotiationVector } from '../../../packages/deflate/test/vectors.js';
import { engines } from './engines.js';
import { isSame } from './vitest-stand-in.js';

export const negotiations: readonly NegotiationVector[] = file.negotiation;
export const messages: readonly MessageVector[] = file.messages;

/** @returns what is wrong; the empty string if nothing is */
export function negotiationFailures(vector: NegotiationVector): string {
  const engine: DeflateEngine = { ...pako(), minWindowBits: 9, ...vector.engine };
  const extension = permessageDeflate({ engine, ...vector.options });
  if (vector.side === 'server') {
    const negotiated = negotiateExtensions(parseExtensions([vector.offer])!, [extension]);
    const response = negotiated.length === 0 ? undefined : formatExtensions(negotiated);
    return response === vector.expect?.response ? '' : `answered ${response}`;
  }
  const offer = formatExtensions(
    extension.offers().map((parameters) => ({ name: extension.name, parameters })),
  );
  if (offer !== vector.offer) return `offered ${offer}`;
  const confirmed = confirmExtensions(parseExtensions([vector.response!])!, [extension]);
  const fault = 'code' in confirmed ? confirmed.code : undefined;
  return fault === vector.expect?.fault ? '' : `fault ${fault}`;
}

/** The same frames as a client sends them, as far as whole ones go; the key is 0. */
function masked(frames: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < frames.length; ) {
    const short = frames[at + 1]!;
    const header = short === 127 ? 10 : short === 126 ? 4 : 2;
    const length =
      header === 2 ? short : frames.subarray(at + 2, at + header).reduce((n, byte) => n * 256 + byte, 0);
    const payload = frames.subarray(at + header, at + header + length);
    out.push(frames[at]!, short | 0x80, ...frames.subarray(at + 2, at + header), 0, 0, 0, 0, ...payload);
    at += header + length;
  }
  return Uint8Array.from(out);
}

function endOf(role: 'client' | 'server', engine: DeflateEngine, vector: MessageVector): Recorder {
  const { maxMessageBytes, noContextTakeover = false, windowBits = 15 } = vector;
  const [make, peer] = role === 'server' ? [serverEnd, 'client'] : [clientEnd, 'server'];
  const alone = noContextTakeover || !engine.inflateTakeover;
  const parameters = `; ${peer}_max_window_bits=${windowBits}${alone ? `; ${peer}_no_context_takeover` : ''}`;
  const limits = maxMessageBytes === undefined ? {} : { maxMessageBytes };
  return new Recorder({ role, ...limits }, make(engine, parameters));
}

/** @returns what is wrong; the empty string if nothing is */
export async function messageFailures(
  vector: MessageVector,
  cuts: (input: Uint8Array) => Iterable<Uint8Array[]>,
): Promise<string> {
  const { frames, noContextTakeover = false } = vector;
  const plain = bytesOf(
    frames.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join(''),
  );
  const compressed = frames.filter((frame) => typeof frame === 'string' && /^[4c]/.test(frame)).length;
  for (const [name, engine] of engines) {
    // An engine without takeover never gets to see the second message of a vector with takeover.
    if (!(engine.inflateTakeover || noContextTakeover || compressed <= 1)) continue;
    for (const role of ['client', 'server'] as const) {
      for (const chunks of cuts(role === 'client' ? plain : masked(plain))) {
        const recorder = endOf(role, engine, vector);
        for (const chunk of chunks) recorder.connection.receive(chunk.slice());
        await recorder.settled();
        if (!isSame(recorder.events, vector.events))
          return `${name}, ${role}: ${JSON.stringify(recorder.events)}`;
      }
    }
  }
  return '';
}
