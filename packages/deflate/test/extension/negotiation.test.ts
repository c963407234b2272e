// RFC 7692 7.1: the vectors, and what is not data.
import { permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { confirmExtensions, negotiateExtensions } from '@sanssocket/handshake/rules';
import { formatExtensions, parseExtensions } from '@sanssocket/handshake/values';
import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptOffer,
  confirmResponse,
  formatDeflateParameters,
  makeOffer,
  parseDeflateParameters,
} from '../../src/extension/negotiation.js';
import type { DeflateEngine } from '../../src/inflate/engine.js';
import { file, type NegotiationVector, schema } from '../vectors.js';

test('the vectors follow their schema, each under its own name', () => {
  const validate = new Ajv.default({ allErrors: true }).compile(schema);
  validate(file);
  expect(validate.errors).toBeNull();
  const ids = [...file.negotiation, ...file.messages].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

const engineOf = (vector: NegotiationVector): DeflateEngine => ({ ...nodeZlib(), ...vector.engine });

const named = (side: 'server' | 'client'): [string, NegotiationVector][] =>
  file.negotiation.filter((vector) => vector.side === side).map((vector) => [vector.id, vector]);

test.each(named('server'))('%s', (_id, vector) => {
  const engine = engineOf(vector);
  const offers = parseExtensions([vector.offer])!;
  const negotiated = negotiateExtensions(offers, [permessageDeflate({ engine, ...vector.options })]);
  const response = negotiated.length === 0 ? null : formatExtensions(negotiated);
  expect(response).toBe(vector.expect?.response ?? null);
  const accepted = offers
    .filter(({ name }) => name === 'permessage-deflate')
    .map(({ parameters }) => acceptOffer(parameters, vector.options ?? {}, engine, vector.options?.rejects))
    .find((result) => result !== undefined);
  expect(accepted?.agreement).toEqual(vector.expect?.agreement);
});

test.each(named('client'))('%s', (_id, vector) => {
  const extension = permessageDeflate({ engine: engineOf(vector), ...vector.options });
  const offers = extension.offers().map((parameters) => ({ name: extension.name, parameters }));
  expect(formatExtensions(offers)).toBe(vector.offer);
  const response = parseExtensions([vector.response!])!;
  const confirmed = confirmExtensions(response, [extension]);
  if (vector.expect?.fault !== undefined) {
    expect(confirmed).toMatchObject({ code: vector.expect.fault });
    return;
  }
  expect(confirmed).toHaveLength(1);
  const offered = offers.map(({ parameters }) => parseDeflateParameters(parameters, 'offer')!);
  expect(confirmResponse(response[0]!.parameters, offered)).toEqual(vector.expect!.agreement);
});

describe('offers', () => {
  const engine = nodeZlib();

  test('what the engine could not keep is not offered', () => {
    expect(makeOffer({ clientMaxWindowBits: 8 }, engine)).toBeUndefined();
    expect(permessageDeflate({ engine, clientMaxWindowBits: 8 }).offers()).toEqual([]);
    expect(permessageDeflate({ engine, clientMaxWindowBits: 8, fallbacks: [{}] }).offers()).toHaveLength(1);
  });

  test('a window that is not offered is not limited by an engine that has but one', () => {
    const wishes = { clientMaxWindowBits: 10, offerClientMaxWindowBits: false };
    expect(makeOffer(wishes, { ...engine, minWindowBits: 15 })).toMatchObject({
      clientMaxWindowBits: undefined,
    });
  });

  test('what a server rejects is never in what it agrees to, and nothing else is declined', () => {
    const bits = fc.option(fc.integer({ min: 8, max: 15 }), { nil: undefined });
    const rejects = fc.record({
      serverNoContextTakeover: fc.boolean(),
      clientNoContextTakeover: fc.boolean(),
      serverMaxWindowBitsBelow: bits,
      clientMaxWindowBitsBelow: bits,
    });
    const offers = fc.record({
      serverNoContextTakeover: fc.boolean(),
      clientNoContextTakeover: fc.boolean(),
      serverMaxWindowBits: bits,
      clientMaxWindowBits: fc.option(fc.oneof(fc.integer({ min: 8, max: 15 }), fc.constant(true as const)), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(rejects, offers, (declined, offer) => {
        const list = formatDeflateParameters(offer);
        const able = { ...engine, minWindowBits: 8 };
        const { serverMaxWindowBitsBelow: server = 8, clientMaxWindowBitsBelow: client = 8 } = declined;
        const accepted = acceptOffer(list, {}, able, declined);
        const isDeclined =
          (declined.serverNoContextTakeover && offer.serverNoContextTakeover) ||
          (declined.clientNoContextTakeover && offer.clientNoContextTakeover) ||
          (offer.serverMaxWindowBits ?? 15) < server ||
          (typeof offer.clientMaxWindowBits === 'number' && offer.clientMaxWindowBits < client);
        expect(accepted).toEqual(isDeclined ? undefined : acceptOffer(list, {}, able));
      }),
    );
  });

  test('of offers that a response may answer, every promise is kept', () => {
    const extension = [
      { serverMaxWindowBits: 12, clientMaxWindowBits: 13 },
      { clientMaxWindowBits: 12, clientNoContextTakeover: true },
    ].map((wishes) => makeOffer(wishes, engine)!);
    const response = [
      { name: 'server_max_window_bits', value: '12' },
      { name: 'client_max_window_bits', value: '12' },
    ];
    expect(confirmResponse(response, extension)).toEqual({
      serverNoContextTakeover: false,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 12,
      clientMaxWindowBits: 12,
    });
  });
});

test('callers are told of their mistakes', () => {
  const engine = nodeZlib();
  expect(() => permessageDeflate({} as { engine: DeflateEngine })).toThrow(TypeError);
  const wrong = [
    { serverMaxWindowBits: 7 },
    { serverMaxWindowBits: 16 },
    { clientMaxWindowBits: 9.5 },
    { fallbacks: [{ clientMaxWindowBits: 0 }] },
    { rejects: { serverMaxWindowBitsBelow: 7 } },
    { rejects: { clientMaxWindowBitsBelow: 16 } },
    { level: 10 },
    { level: -1 },
    { memoryLevel: 0 },
    { memoryLevel: 10 },
    { threshold: -1 },
    { threshold: Number.NaN },
  ];
  for (const options of wrong) {
    expect(() => permessageDeflate({ engine, ...options }), JSON.stringify(options)).toThrow(RangeError);
  }
  expect(() => nodeZlib({ offThreadBytes: 0 })).toThrow(RangeError);
});
