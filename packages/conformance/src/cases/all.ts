/** All cases, in the order of reports: the old suite's by number, then the others by group. */
import type { Case, Role } from '../model/case.js';
import { agreementCases, offerCases } from './agreements.js';
import { closingCases, closingNamedCases } from './closing.js';
import { compressedPayloadCases, compressionParameterCases, deflateMessageCases } from './compression.js';
import { endCases } from './ends.js';
import { fragmentationCases, framingCases } from './framing.js';
import { lengthCases } from './lengths.js';
import { fragmentingCases, limitCases } from './limits.js';
import { maskCases } from './masks.js';
import { pingCases, pingNamedCases } from './pings.js';
import { requestCases } from './requests.js';
import { reservedBitCases, reservedCases, reservedOpcodeCases } from './reserved.js';
import { responseCases } from './responses.js';
import { http2Cases, tlsCases } from './transports.js';
import { utf8Cases, utf8NamedCases } from './utf8.js';

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

// ---- Selection ----
// Which cases are run: by id, by section, by role; the old suite's patterns too.

/** The parts of a choice. A part that is absent chooses everything. */
export interface CaseFilter {
  readonly role?: Role | undefined;
  /** Ids; `*` stands for any characters. */
  readonly patterns?: readonly string[] | undefined;
  /** Ids that are left out; `*` as above. */
  readonly exclude?: readonly string[] | undefined;
  /**
   * Sections, with those below them: `5.5` takes `5.5.1` too. Other RFCs by name: `RFC7692`,
   * `RFC7692 7.2`.
   */
  readonly sections?: readonly string[] | undefined;
  /** Leaves out slow cases. */
  readonly quick?: boolean | undefined;
}

/**
 * Finds cases.
 *
 * @param filter - the parts of the choice
 * @returns those that pass everything, in the order of reports
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { findCases } from '@sanssocket/conformance';
 *
 * assert.equal(findCases({ patterns: ['7.9.*'] }).length, 9);
 * assert.ok(findCases({ sections: ['5.5'], role: 'client' }).every(({ section }) => section.startsWith('5.5')));
 * ```
 */
export function findCases(filter: CaseFilter = {}): Case[] {
  const { role, patterns, exclude = [], sections, quick = false } = filter;
  const isWanted = patterns === undefined ? () => true : matcherOf(patterns);
  const isExcluded = matcherOf(exclude);
  return allCases.filter(
    (test) =>
      (role === undefined || test.roles.includes(role)) &&
      isWanted(test.id) &&
      !isExcluded(test.id) &&
      (sections === undefined || sections.some((section) => isWithin(test.section, section))) &&
      !(quick && test.isSlow),
  );
}

/** Makes a test of whole ids from patterns. */
export function matcherOf(patterns: readonly string[]): (id: string) => boolean {
  const expressions = patterns.map((pattern) => new RegExp(`^${expressionOf(pattern)}$`));
  return (id) => expressions.some((expression) => expression.test(id));
}

/**
 * As the old suite's files mean patterns: with a star, the beginning of an id is enough; `1*` takes
 * 10.1.1 too.
 */
export function prefixMatcherOf(patterns: readonly string[]): (id: string) => boolean {
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${expressionOf(pattern)}${pattern.includes('*') ? '' : '$'}`),
  );
  return (id) => expressions.some((expression) => expression.test(id));
}

function expressionOf(pattern: string): string {
  return pattern.replace(/[\\^$+?.()|[\]{}]/g, '\\$&').replaceAll('*', '.*');
}

function isWithin(section: string, wanted: string): boolean {
  return section === wanted || section.startsWith(`${wanted}.`) || section.startsWith(`${wanted} `);
}
