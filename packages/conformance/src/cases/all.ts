/** All cases, in the order of reports: the old suite's by number, then the others by group. */
import type { Case } from '../model/case.js';
import { closingCases } from './closing.js';
import { compressedPayloadCases, compressionParameterCases } from './compression.js';
import { fragmentationCases } from './fragmentation.js';
import { framingCases } from './framing.js';
import { fragmentingCases, limitCases } from './limits.js';
import { pingCases } from './pings.js';
import { reservedBitCases, reservedOpcodeCases } from './reserved.js';
import { utf8Cases } from './utf8.js';

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

/** Every case there is. */
export const allCases: readonly Case[] = [...numberedCases];
