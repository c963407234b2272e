/** permessage-deflate in the opening handshake (RFC 7692 5, 7.1), from both sides of the suite. */
import type { DeflateDirection } from '../judge/message-reader.js';
import type { DeflateOpening } from '../model/case.js';
import { type OpeningFault, openingFault } from './faults.js';

/** The agreement, by the sending side. */
export interface DeflateAgreement {
  readonly client: DeflateDirection;
  readonly server: DeflateDirection;
}

type Parameters = ReadonlyMap<string, string | undefined>;

const WINDOW = /^(?:[89]|1[0-5])$/;
const SERVER_FORGETS = 'server_no_context_takeover';
const CLIENT_FORGETS = 'client_no_context_takeover';
const SERVER_BITS = 'server_max_window_bits';
const CLIENT_BITS = 'client_max_window_bits';

/**
 * Holds a server's response against the offers.
 *
 * @param offered - the case's offers; undefined if nothing was offered
 * @param response - the elements of Sec-WebSocket-Extensions
 * @returns the agreement, undefined if the server rejected the offers, or its fault
 */
export function readAnswer(
  offered: DeflateOpening | undefined,
  response: readonly string[],
): DeflateAgreement | OpeningFault | undefined {
  if (response.length === 0) return undefined;
  const extensions = response.map(parseExtension);
  if (offered === undefined || extensions.some((extension) => extension?.name !== 'permessage-deflate')) {
    return openingFault('EXTENSION_NOT_OFFERED');
  }
  if (extensions.length > 1) return openingFault('EXTENSION_TWICE');
  const answer = extensions[0]!.parameters;
  if (!isValidAnswer(answer)) return openingFault('DEFLATE_ANSWER_INVALID');
  const missing = offered.offers.map((offer) => unanswered(answer, parametersOf(offer)));
  if (missing.includes(undefined)) return agreementOf(answer);
  const why = [...new Set(missing)].join('; or ');
  return openingFault('DEFLATE_ANSWER_UNASKED', `"${response.join()}" to "${formatOffers(offered)}": ${why}`);
}

/** The suite's answer to a client's offers. */
export interface ChosenAnswer {
  readonly header: string;
  readonly agreement: DeflateAgreement;
  /**
   * Whether it has a parameter that the client did not ask for, so that 7.1 has the client fail the
   * connection if it does not support it.
   */
  readonly isBeyondOffer: boolean;
}

/**
 * Chooses the suite's answer to a client's offers.
 *
 * @param plan - the case's answers; undefined if it agrees on nothing
 * @param offers - the elements of Sec-WebSocket-Extensions
 * @returns the header's value and its agreement; undefined if no answer fits
 */
export function chooseAnswer(
  plan: DeflateOpening | undefined,
  offers: readonly string[],
): ChosenAnswer | undefined {
  const usable = offers
    .map(parseExtension)
    .filter((offer) => offer?.name === 'permessage-deflate' && isValid(offer.parameters));
  for (const answer of plan?.answers ?? []) {
    const wanted = parametersOf(answer);
    const offer = usable.find((each) => !wanted.has(CLIENT_BITS) || each!.parameters.has(CLIENT_BITS));
    if (offer === undefined) continue;
    const parameters = new Map<string, string | undefined>();
    // 7.1.1.1, 7.1.2.1: a demand on the server is accepted by repeating it. 7.1.1.2: a promise of
    // the client may be repeated too; it needs no answer, but some clients wait for one.
    for (const name of [SERVER_FORGETS, CLIENT_FORGETS, SERVER_BITS]) {
      if (offer.parameters.has(name)) parameters.set(name, offer.parameters.get(name));
    }
    for (const [name, value] of wanted) parameters.set(name, value);
    const isBeyondOffer = [...parameters].some(
      ([name, value]) => !offer.parameters.has(name) || offer.parameters.get(name) !== value,
    );
    return { header: format(parameters), agreement: agreementOf(parameters), isBeyondOffer };
  }
  return undefined;
}

/**
 * Whether a case can be run under the agreement.
 *
 * @param sender - the suite's role
 * @returns why not; undefined if it can
 */
export function unusable(
  plan: DeflateOpening | undefined,
  agreement: DeflateAgreement | undefined,
  sender: 'client' | 'server',
): string | undefined {
  if (plan === undefined) return undefined;
  if (agreement === undefined)
    return 'permessage-deflate was not agreed on in the way that this case is about.';
  const isRuledOut = plan.needsTakeover === true && !agreement[sender].takeover;
  return isRuledOut
    ? 'The endpoint ruled out that messages refer to earlier ones, which this case is about.'
    : undefined;
}

/** The offers of a case as a header's value. */
export function formatOffers(plan: DeflateOpening): string {
  return plan.offers.map((offer) => format(parametersOf(offer))).join(', ');
}

function agreementOf(answer: Parameters): DeflateAgreement {
  return {
    client: { windowBits: Number(answer.get(CLIENT_BITS) ?? 15), takeover: !answer.has(CLIENT_FORGETS) },
    server: { windowBits: Number(answer.get(SERVER_BITS) ?? 15), takeover: !answer.has(SERVER_FORGETS) },
  };
}

/**
 * Why an answer does not accept an offer: a demand of the client is not there, or a parameter that
 * it did not allow is.
 */
function unanswered(answer: Parameters, offer: Parameters): string | undefined {
  if (offer.has(SERVER_FORGETS) && !answer.has(SERVER_FORGETS))
    return `${SERVER_FORGETS} was asked for and is not in the answer`;
  if (answer.has(CLIENT_BITS) && !offer.has(CLIENT_BITS))
    return `${CLIENT_BITS} is in the answer and was not offered`;
  const most = offer.get(SERVER_BITS);
  // An answer without the parameter stands for 15 bits, which is all that an offer of 15 asks for.
  const isFit = most === undefined || Number(answer.get(SERVER_BITS) ?? 15) <= Number(most);
  return isFit ? undefined : `${SERVER_BITS} of ${most} at most was asked for`;
}

/** 7.1.2.2: in an answer client_max_window_bits has a value. */
function isValidAnswer(answer: Parameters): boolean {
  return isValid(answer) && (!answer.has(CLIENT_BITS) || answer.get(CLIENT_BITS) !== undefined);
}

/**
 * 7.1: known parameters, the right kind of value. The maps hold no parameter twice, see
 * `parametersOf`.
 */
function isValid(parameters: Parameters): boolean {
  for (const [name, value] of parameters) {
    if (name === SERVER_FORGETS || name === CLIENT_FORGETS) {
      if (value !== undefined) return false;
    } else if (name === SERVER_BITS) {
      if (value === undefined || !WINDOW.test(value)) return false;
    } else if (name === CLIENT_BITS) {
      if (value !== undefined && !WINDOW.test(value)) return false;
    } else return false;
  }
  return true;
}

/** RFC 6455 9.1: a name and parameters, all tokens, a value in quotes too. */
const ELEMENT =
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*=[ \t]*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"[!#$%&'*+.^_`|~0-9A-Za-z-]+"))?)*$/;

/**
 * Whether an element of a client's Sec-WebSocket-Extensions is one, and if it is about
 * permessage-deflate, one that a server may take.
 */
export function isValidOffer(element: string): boolean {
  const extension = parseExtension(element);
  if (!ELEMENT.test(element)) return false;
  return extension?.name !== 'permessage-deflate' || isValid(extension.parameters);
}

interface Extension {
  readonly name: string;
  readonly parameters: Parameters;
}

function parseExtension(element: string): Extension | undefined {
  const [name = '', ...parameters] = element.split(';');
  return { name: name.trim(), parameters: parametersOf(parameters.join(';')) };
}

/** A parameter given twice is kept under a name that is none, so that it is found invalid. */
function parametersOf(text: string): Parameters {
  const parameters = new Map<string, string | undefined>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.substring(0, equals)).trim();
    const value =
      equals < 0
        ? undefined
        : part
            .substring(equals + 1)
            .trim()
            .replace(/^"(.*)"$/, '$1');
    parameters.set(parameters.has(name) ? `${name} again` : name, value);
  }
  return parameters;
}

function format(parameters: Parameters): string {
  const parts = [...parameters].map(([name, value]) => (value === undefined ? name : `${name}=${value}`));
  return ['permessage-deflate', ...parts].join('; ');
}
