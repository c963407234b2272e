/**
 * TLS with a certificate that the endpoint signed itself (`wss`): the same frames, and cases of TLS
 * alone.
 */
import type { Case } from '../../model/case.js';

/** Cases with octets at the borders of records, and with ends that TLS has its own words for. */
const CHOSEN =
  /^(?:1\.1\.(?:1|4|6|8)|1\.2\.7|2\.(?:4|11)|5\.(?:8|19)|6\.2\.3|7\.1\.1|7\.3\.5|7\.5\.1|10\.1\.1|masks\.(?:unmasked|masked)-text|lengths\.(?:text-65537|slow-header-300)|closing\.then-end|ends\.(?:at-once|inside-payload|after-echo|server-first|reset|unread-echo))$/;

/** Cases over TLS. */
export function tlsCases(others: readonly Case[]): Case[] {
  return others
    .filter(({ id }) => CHOSEN.test(id))
    .map((test) => ({
      ...test,
      id: `tls.${test.id}`,
      transport: 'tls',
      sentence: `Over TLS: ${test.sentence}`,
    }));
}
