/**
 * The messages on the chat's connections: each WebSocket text message is one JSON object with a
 * `type`. Messages from a client are checked here, and nowhere else.
 */

/** The longest name, in UTF-16 units. */
export const MAX_NAME_LENGTH = 24;
/** The longest text of one message, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 2000;
/** The longest WebSocket message a client needs: a longest text, with every unit escaped. */
export const MAX_CLIENT_MESSAGE_BYTES: number = 16 * 1024;
/** As many people are shown by name; the others are a count. */
export const SHOWN_PEOPLE = 50;
/** As many names stand in a notice; the others are a count. */
export const SHOWN_NAMES = 5;
/** The longest session that a server gives, in UTF-16 units. */
const MAX_SESSION_LENGTH = 100;

/** Close codes of the chat's own (RFC 6455 7.4.2: 4000 to 4999 are an application's). */
export const GOES_ON_ELSEWHERE = 4001;

/** A client's first message, with its name. */
export interface Join {
  readonly type: 'join';
  readonly name: string;
  /** Of an earlier {@link Welcome}: the same person comes back. */
  readonly session?: string;
  /** The last {@link Said.seq} that the client has seen; it wants what followed. */
  readonly since?: number;
}

/** A client says something to all. */
export interface Say {
  readonly type: 'say';
  readonly text: string;
  /** Counts 1, 2, 3 for the session. The same number again is said once. */
  readonly n: number;
}

/** The messages of a client. */
export type ClientMessage = Join | Say;

/** A person in the room. */
export interface Person {
  /** Random, and never given to anyone else. */
  readonly id: string;
  readonly name: string;
}

/** The answer to {@link Join}. */
export interface Welcome extends Person {
  readonly type: 'welcome';
  /** The right to come back as the same person: a secret. */
  readonly session: string;
  /** Names the history: a {@link Said.seq} of another one means nothing. */
  readonly epoch: string;
  /** The last thing said that this message has or passes over. */
  readonly seq: number;
  /** How many people are here, the receiver included. */
  readonly count: number;
  /** The first {@link SHOWN_PEOPLE} of them, in the order they came. */
  readonly people: readonly Person[];
  /** The things said since {@link Join.since}, or the last few of the history. */
  readonly missed: readonly Said[];
  /** Something said since then is no longer there. */
  readonly gap: boolean;
  /** The highest {@link Say.n} of this session that has been said. */
  readonly lastN: number;
  /** For `/frames?client=...`: the key to this connection's frames, if it asked to be tapped. */
  readonly framesKey: string | null;
}

/**
 * Comings and goings, gathered for a moment: longer, the more people there are. A receiver that has
 * just come may find itself, and people of its {@link Welcome}, in `in` and `joined`.
 */
export interface Presence {
  readonly type: 'presence';
  readonly count: number;
  /** People who are now among the first {@link SHOWN_PEOPLE}, to be put behind those there. */
  readonly in: readonly Person[];
  /** Those who no longer are, by their ids, to be taken out first. */
  readonly out: readonly string[];
  /** For a notice: at most {@link SHOWN_NAMES} names. */
  readonly joined: readonly string[];
  readonly left: readonly { readonly name: string; readonly reason: string }[];
  /** How many more came and went. */
  readonly moreJoined: number;
  readonly moreLeft: number;
}

/** Someone said something: also sent to the speaker, as the acknowledgement of {@link Say.n}. */
export interface Said extends Person {
  readonly type: 'said';
  readonly text: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  /** Its place: grows with each thing said in the room. */
  readonly seq: number;
  readonly n: number;
}

/** The answer to a message that makes no sense here. */
export interface Refused {
  readonly type: 'refused';
  readonly reason: string;
  readonly of: 'join' | 'say' | 'message';
  /** Of the {@link Say} that is refused. */
  readonly n?: number;
}

/** The broker that joins the chat's processes is away: what is said meanwhile waits. */
export interface Broker {
  readonly type: 'broker';
  readonly state: 'away' | 'back';
}

/** Something said was missed and cannot be brought back. */
export interface Gap {
  readonly type: 'gap';
}

/** The messages of the server. */
export type ServerMessage = Welcome | Presence | Said | Refused | Broker | Gap;

const SERVER_TYPES = ['welcome', 'presence', 'said', 'refused', 'broker', 'gap'];

/**
 * Reads a message from a client. The name of a {@link Join} is only checked for its length.
 *
 * @param text - as it arrived
 * @returns the message with nothing but its known, checked parts; or the answer that says how it is
 * wrong
 */
export function parseClientMessage(text: string): ClientMessage | Refused {
  const message = parseObject(text);
  if (message === undefined) return refused('message', 'a message is a JSON object');
  if (message['type'] === 'join') return parseJoin(message);
  if (message['type'] === 'say') return parseSay(message);
  return refused('message', 'the type of a message is "join" or "say"');
}

function parseJoin({ name, session, since }: Record<string, unknown>): Join | Refused {
  const trimmed = typeof name === 'string' ? name.trim() : '';
  if (trimmed === '' || trimmed.length > MAX_NAME_LENGTH) {
    return refused('join', `a name is 1 to ${MAX_NAME_LENGTH} characters`);
  }
  if (session !== undefined && (typeof session !== 'string' || session.length > MAX_SESSION_LENGTH)) {
    return refused('join', 'a session is that of an earlier welcome');
  }
  if (since !== undefined && !isCount(since)) {
    return refused('join', 'since is the seq of something said');
  }
  return {
    type: 'join',
    name: trimmed,
    ...(session === undefined ? {} : { session }),
    ...(since === undefined ? {} : { since }),
  };
}

function parseSay({ text, n }: Record<string, unknown>): Say | Refused {
  if (!isCount(n) || n === 0) return refused('say', 'n counts what you say, from 1 on');
  if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_TEXT_LENGTH) {
    return { ...refused('say', `a text is 1 to ${MAX_TEXT_LENGTH} characters`), n };
  }
  return { type: 'say', text, n };
}

/**
 * Reads a message from the server, which a client trusts to keep to the types above.
 *
 * @returns undefined for a message that this version does not know
 */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const message = parseObject(text);
  const known = SERVER_TYPES.includes(String(message?.['type']));
  return known ? (message as unknown as ServerMessage) : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function refused(of: Refused['of'], reason: string): Refused {
  return { type: 'refused', reason, of };
}
