/** All cases, in the order of reports: the old suite's by number, then the others by group. */
import type { Case } from '../model/case.js';
import { agreementCases } from './named/agreements.js';
import { closingNamedCases } from './named/closing.js';
import { deflateMessageCases } from './named/compression.js';
import { endCases } from './named/ends.js';
import { http2Cases } from './named/http2.js';
import { lengthCases } from './named/lengths.js';
import { maskCases } from './named/masks.js';
import { offerCases } from './named/offers.js';
import { pingNamedCases } from './named/pings.js';
import { requestCases } from './named/requests.js';
import { reservedCases } from './named/reserved.js';
import { responseCases } from './named/responses.js';
import { tlsCases } from './named/tls.js';
import { utf8NamedCases } from './named/utf8.js';
import { closingCases } from './numbered/closing.js';
import { compressedPayloadCases, compressionParameterCases } from './numbered/compression.js';
import { fragmentationCases } from './numbered/fragmentation.js';
import { framingCases } from './numbered/framing.js';
import { fragmentingCases, limitCases } from './numbered/limits.js';
import { pingCases } from './numbered/pings.js';
import { reservedBitCases, reservedOpcodeCases } from './numbered/reserved.js';
import { utf8Cases } from './numbered/utf8.js';

/** The cases of the suite that came before, under their numbers. */
export const numberedCases: readonly Case[] = [
  ...framingCases,
  ...pingCases,
  ...reservedBitCases,
  ...reservedOpcodeCases,
  ...fragmentationCases,
  ...utf8Cases,
  ...closingCases,
  ...limitCases,
  ...fragmentingCases,
  ...compressedPayloadCases,
  ...compressionParameterCases,
];

const overTcp: readonly Case[] = [
  ...numberedCases,
  ...requestCases,
  ...responseCases,
  ...maskCases,
  ...lengthCases,
  ...reservedCases,
  ...pingNamedCases,
  ...closingNamedCases,
  ...endCases,
  ...utf8NamedCases,
  ...offerCases,
  ...agreementCases,
  ...deflateMessageCases,
];

/** Every case there is. */
export const allCases: readonly Case[] = [...overTcp, ...http2Cases(overTcp), ...tlsCases(overTcp)];
