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

/** A client's first message, with its name. */
interface Join {
  readonly type: 'join';
  readonly name: string;
}

/** A client says something to all. */
interface Say {
  readonly type: 'say';
  readonly text: string;
}

/** The messages of a client. */
export type ClientMessage = Join | Say;

/** A person in the room. */
export interface Person {
  /** Never given to anyone else as long as the server runs. */
  readonly id: number;
  readonly name: string;
}

/** The answer to {@link Join}. */
interface Welcome extends Person {
  readonly type: 'welcome';
  /** All people in the room, the receiver included. */
  readonly people: readonly Person[];
  /** For `/frames?client=...`: the key to this connection's frames, if it asked to be tapped. */
  readonly framesKey: string | null;
}

/** Someone came. */
interface Joined extends Person {
  readonly type: 'joined';
}

/** Someone went. */
interface Left extends Person {
  readonly type: 'left';
  readonly reason: string;
}

/** Someone said something: also sent to the speaker. */
interface Said extends Person {
  readonly type: 'said';
  readonly text: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
}

/** The answer to a message that makes no sense here. */
interface Refused {
  readonly type: 'refused';
  readonly reason: string;
}

/** The messages of the server. */
export type ServerMessage = Welcome | Joined | Left | Said | Refused;

/**
 * Reads a message from a client.
 *
 * @param text - as it arrived
 * @returns the message with nothing but its known, checked parts; or a string that says how it is
 * wrong
 */
export function parseClientMessage(text: string): ClientMessage | string {
  const message = parseObject(text);
  if (message === undefined) return 'a message is a JSON object';
  if (message['type'] === 'join') {
    const name = message['name'];
    if (typeof name !== 'string' || !isName(name.trim())) {
      return `a name is 1 to ${MAX_NAME_LENGTH} characters, none of them a control character`;
    }
    return { type: 'join', name: name.trim() };
  }
  if (message['type'] === 'say') {
    const said = message['text'];
    if (typeof said !== 'string' || said.trim() === '' || said.length > MAX_TEXT_LENGTH) {
      return `a text is 1 to ${MAX_TEXT_LENGTH} characters`;
    }
    return { type: 'say', text: said };
  }
  return 'the type of a message is "join" or "say"';
}

/**
 * Reads a message from the server, which a client trusts to keep to the types above.
 *
 * @returns undefined for a message that this version does not know
 */
export function parseServerMessage(text: string): ServerMessage | undefined {
  const message = parseObject(text);
  const known = ['welcome', 'joined', 'left', 'said', 'refused'].includes(String(message?.['type']));
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

/**
 * Control characters and line breaks would let a name look like something else in a log or a
 * terminal.
 */
function isName(name: string): boolean {
  return name !== '' && name.length <= MAX_NAME_LENGTH && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name);
}
