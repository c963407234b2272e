/**
 * Cases in groups that have a name: the old suite's by their first number, the others by their
 * first word.
 */
import type { Case } from '../model/case.js';

/** Some cases under one name. */
export interface CaseGroup {
  /** The beginning of their ids. */
  readonly key: string;
  readonly title: string;
  readonly cases: readonly Case[];
}

const TITLES: Readonly<Record<string, string>> = {
  '1': 'Framing',
  '2': 'Pings and Pongs',
  '3': 'Reserved bits',
  '4': 'Reserved opcodes',
  '5': 'Fragmentation',
  '6': 'UTF-8',
  '7': 'Closing',
  '9': 'Limits and speed',
  '10': 'Fragments of the sender’s choice',
  '12': 'Compression: payloads',
  '13': 'Compression: parameters',
  request: 'Opening handshake: requests',
  response: 'Opening handshake: responses',
  masks: 'Masks',
  lengths: 'Payload lengths',
  reserved: 'Reserved bits and opcodes, in every place',
  pings: 'Pings and Pongs, in every place',
  closing: 'Closing, in every state',
  ends: 'Ends of the transport',
  utf8: 'UTF-8, row by row',
  offer: 'Compression: offers',
  answer: 'Compression: answers',
  agreement: 'Compression: what was agreed',
  deflate: 'Compression: DEFLATE blocks',
  h2: 'HTTP/2 (RFC 8441)',
  tls: 'TLS',
};

/** The beginning of an id. */
function groupKey(id: string): string {
  return id.split('.', 1)[0]!;
}

/** The name of the group that an id is of. */
export function groupTitle(id: string): string {
  return TITLES[groupKey(id)] ?? groupKey(id);
}

/** Cases in their groups, both in the order they came. */
export function groupsOf(cases: readonly Case[]): CaseGroup[] {
  const groups = new Map<string, Case[]>();
  for (const test of cases) {
    const group = groups.get(groupKey(test.id));
    if (group === undefined) groups.set(groupKey(test.id), [test]);
    else group.push(test);
  }
  return [...groups].map(([key, group]) => ({ key, title: groupTitle(key), cases: group }));
}
