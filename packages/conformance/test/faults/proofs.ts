/** Which fault proves which case: the one that the case is about. The first rule that fits a case in a role counts. */
import type { Case, Role } from '../../src/model/case.js';
import { expandPayload } from '../../src/model/payload.js';

/** A rule of the table. */
export interface Proof {
  /** Ids; those made of others for TLS and HTTP/2 without `tls.` and `h2.`. */
  readonly ids: RegExp;
  readonly fault: string;
  readonly role?: Role;
  /** Of these ids only those. */
  readonly only?: (test: Case) => boolean;
  /** The fault is silence, which the suite has to wait for. All others have to be noticed before any deadline. */
  readonly waits?: true;
}

const isRefused = ({ opening }: Case): boolean =>
  opening.kind !== 'standard' && opening.expect?.outcome === 'refuse';
const isTolerated = ({ opening }: Case): boolean =>
  opening.kind !== 'standard' && (opening.expect?.otherwise ?? 'FAILED') !== 'FAILED';
/** Whether a client may take the response: then there are outcomes for it. */
const mayTake = ({ outcomes }: Case): boolean => outcomes.length > 2;
/** Whether a text has to come back that has other characters than those of ASCII. */
const hasCharacters = ({ outcomes: [best] }: Case): boolean =>
  Array.isArray(best?.events) &&
  best.events.some(
    (event) => event.type === 'text' && expandPayload(event.payload).some((octet) => octet > 127),
  );
/** Whether the connection has to be failed over an octet that is no UTF-8. */
const isNoText = ({ section, outcomes: [best] }: Case): boolean =>
  section === '8.1' && best?.close.by === 'endpoint';

/** From the most specific to the most general. */
export const PROOFS: readonly Proof[] = [
  // 1, lengths: frames.
  { ids: /^1\.1\.1$/, fault: 'echoes twice' },
  { ids: /^1\.1\./, fault: 'echoes as the other type' },
  { ids: /^1\.2\./, fault: 'changes the last octet' },
  { ids: /^lengths\.not-minimal-close/, fault: 'does not close', waits: true },
  { ids: /^lengths\.not-minimal/, fault: 'misreads long lengths' },
  { ids: /^lengths\.(?:top-bit|huge)/, fault: 'hears frames that are not whole' },
  { ids: /^lengths\.text/, fault: 'loses the end' },
  { ids: /^lengths\.slow/, fault: 'sends an echo wrongly fragmented' },
  { ids: /^lengths\./, fault: 'changes the last octet' },

  // 2, pings.
  { ids: /^(?:2\.[78]|pings\.pong-(?:not-last|too-long))$/, fault: 'answers Pongs' },
  { ids: /^(?:2\.5|pings\.too-long.*)$/, fault: 'shortens control frames' },
  { ids: /^pings\.not-last/, fault: 'takes every control frame for the last' },
  { ids: /^pings\.(?:pong-inside|pongs-only)$/, fault: 'answers Pongs' },
  { ids: /^(?:2\.[1-4]|pings\.length-.*)$/, fault: 'answers no Ping', waits: true },
  { ids: /^pings\.hundred$/, fault: 'masks wrongly' },
  { ids: /^(?:2|pings)\./, fault: 'answers a Ping with a message' },

  // 3, 4, reserved.
  { ids: /^(?:3\.7|reserved\.bits-close.*)$/, fault: 'does not close', waits: true },
  { ids: /^reserved\.bits-pong/, fault: 'does not look at reserved bits', waits: true },
  { ids: /^(?:3\.|reserved\.bits)/, fault: 'does not look at reserved bits' },
  { ids: /^(?:4\.|reserved\.opcode)/, fault: 'takes reserved opcodes for data' },

  // 5: fragments.
  { ids: /^5\.2$/, fault: 'takes every control frame for the last', waits: true },
  { ids: /^5\.1$/, fault: 'takes every control frame for the last' },
  { ids: /^5\.(?:9|1[0-7])$/, fault: 'drops stray continuations' },
  { ids: /^5\.18$/, fault: 'continues with any data frame' },
  { ids: /^(?:5\.|10\.|ends\.slow-message)/, fault: 'takes first fragments for messages' },

  // 6, utf8.
  { ids: /^(?:6|utf8)\./, fault: 'repairs texts', only: isNoText },
  { ids: /^(?:utf8\.nul|6\.7\.1)$/, fault: 'ends at NUL' },
  { ids: /^utf8\.bom/, fault: 'changes the last octet' },
  { ids: /^(?:6|utf8)\./, fault: 'reads texts as Latin-1', only: hasCharacters },
  { ids: /^(?:6|utf8)\./, fault: 'changes the last octet' },

  // 7, closing.
  { ids: /^7\.1\.[2-6]$/, fault: 'goes on behind its Close frame' },
  {
    ids: /^(?:7\.3\.2|7\.5\.1|7\.9\..*|closing\.(?:reason|code)-.*)$/,
    fault: 'sends back every Close frame',
    only: ({ tolerated }) => tolerated !== undefined,
  },
  { ids: /^7\.13\./, fault: 'sends back every Close frame' },
  {
    ids: /^7\.(?:3|7)\.|^closing\.(?:code|reason)/,
    fault: 'closes with 1005',
    only: ({ tolerated }) => tolerated === undefined,
  },
  { ids: /^closing\.after-failure$/, fault: 'takes reserved opcodes for data' },
  {
    ids: /^closing\.(?:twice|inside-.*|with-.*|then-(?:binary|garbage))$/,
    fault: 'goes on behind its Close frame',
  },
  { ids: /^(?:7\.|closing)/, fault: 'does not close', waits: true },

  // ends.
  { ids: /^ends\.server-first$/, fault: 'leaves the end to the client', waits: true },
  { ids: /^ends\.client-last$/, fault: 'closes with 1005' },
  { ids: /^ends\.reset$/, fault: 'says something first' },
  { ids: /^ends\.unread-echo$/, fault: 'loses the end' },
  { ids: /^ends\./, fault: 'says something last' },
  { ids: /^reset$/, fault: 'says something first' },

  // 9, 12, 13: sizes.
  { ids: /^9\.[34]\.[1-8]$/, fault: 'takes first fragments for messages' },
  { ids: /^9\.[78]\./, fault: 'changes the last octet' },
  { ids: /^9\./, fault: 'loses the end' },
  { ids: /^12\./, fault: 'sends compressed payloads cut' },
  { ids: /^13\./, fault: 'compresses from an empty code' },

  // masks.
  { ids: /^masks\.(?:un)?masked-close$/, fault: 'does not close', waits: true },
  { ids: /^masks\.(?:un)?masked-pong$/, fault: 'does not mind masks', waits: true },
  { ids: /^masks\.(?:un)?masked/, fault: 'does not mind masks' },
  { ids: /^masks\.key-starts-anew$/, fault: 'goes on with the key' },
  { ids: /^masks\.keys-of-client$/, fault: 'masks with one key' },
  { ids: /^masks\.octet-by-octet$/, fault: 'sends a reserved bit' },
  { ids: /^masks\./, fault: 'changes the last octet' },

  // offer, answer, agreement, deflate.
  { ids: /^offer\.of-client$/, fault: 'offers a window of 7 bits' },
  { ids: /^offer\./, fault: 'takes every extension' },
  { ids: /^answer\./, fault: 'takes every response' },
  { ids: /^agreement\.endpoint-window-8$/, role: 'server', fault: 'takes a larger window than was offered' },
  {
    ids: /^agreement\.(?:endpoint-window-(?:[89]|1[0-4])|endpoint-forgets|both-forget.*)$/,
    fault: 'compresses with the largest window',
  },
  { ids: /^agreement\.fragments$/, fault: 'sends RSV1 on a continuation' },
  { ids: /^agreement\.uncompressed$/, fault: 'sends a reserved bit' },
  { ids: /^agreement\.bomb-1-/, fault: 'loses the end' },
  { ids: /^agreement\.bomb/, fault: 'goes on behind its Close frame' },
  { ids: /^agreement\./, fault: 'sends compressed payloads cut' },
  { ids: /^deflate\.rsv1-close$/, fault: 'does not close', waits: true },
  { ids: /^deflate\.rsv/, fault: 'does not look at reserved bits' },
  { ids: /^deflate\./, fault: 'takes compressed payloads for messages' },

  // request, response, and what HTTP/2 has of its own.
  { ids: /^request(?:\.|-)(?:version-header)$/, fault: 'refuses without versions' },
  { ids: /^request\.nonce-of-client$/, fault: 'has one nonce' },
  { ids: /^request\.protocols-of-client$/, fault: 'offers a subprotocol twice' },
  { ids: /^request\.fields-of-client$/, fault: 'has two origins' },
  { ids: /^request\.target-of-client$/, fault: 'asks for a fragment' },
  { ids: /^request\.protocol-unknown/, fault: 'takes a subprotocol of its own' },
  {
    ids: /^request(?:\.|-)extension-/,
    fault: 'takes an extension that there is not',
    only: (test) => !isRefused(test),
  },
  {
    ids: /^request[.-]/,
    fault: 'accepts every request',
    only: (test) => isRefused(test) && !isTolerated(test),
  },
  { ids: /^request[.-]/, fault: 'accepts without Upgrade', only: isRefused },
  { ids: /^request\.(?:in-pieces|frame-behind)/, fault: 'changes the last octet' },
  { ids: /^request[.-]/, fault: 'refuses every request', role: 'server', only: (test) => !isTolerated(test) },
  { ids: /^request[.-]/, fault: 'resets in place of an echo' },
  { ids: /^response\.(?:in-pieces|frame-behind)/, fault: 'changes the last octet' },
  { ids: /^response\./, fault: 'takes every response', only: (test) => isRefused(test) && !mayTake(test) },
  { ids: /^response\./, fault: 'takes every response, and does not mask', only: isRefused },
  { ids: /^response\./, fault: 'changes the last octet' },
  { ids: /^streams-/, fault: 'echoes what another connection said' },
];

/** The rule for a case in a role. */
export function proofOf(test: Case, role: Role): Proof | undefined {
  const id = test.id.replace(/^(?:tls|h2)\./, '');
  return PROOFS.find(
    (proof) =>
      proof.ids.test(id) && (proof.role ?? role) === role && (proof.only === undefined || proof.only(test)),
  );
}
