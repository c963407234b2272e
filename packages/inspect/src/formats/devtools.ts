/**
 * Events of the DevTools protocol (CDP), one a line or as an array: `{"method":
 * "Network.webSocketFrameSent", "params": ...}`, as a program writes them that listens, or
 * Playwright with `DEBUG=pw:protocol`, with words before each.
 */

import { parseBase64 } from '../model/bytes.js';
import type { Session } from '../model/session.js';
import { type Json, JsonElements, memberOf, textOf } from './json.js';
import { MessageList } from './message-list.js';
import { InputError, Lines, type Reader } from './reader.js';

const NETWORK = /^Network\.webSocket(\w+)$/;

/** Connections that are open at a time; beyond it the oldest is forgotten, and found anew. */
const MAX_CONNECTIONS = 65_536;

interface Known {
  readonly connection: number;
  /** Several sessions of one browser report the same: the first one counts. */
  readonly session: string | undefined;
  readonly url: string | undefined;
  /** Milliseconds since 1970 at the zero of the timestamps, once an event tells. */
  zeroMs: number | undefined;
}

class DevTools {
  readonly #list: MessageList;
  readonly #known = new Map<string, Known>();
  #events = 0;

  constructor(session: Session) {
    this.#list = new MessageList(session, 'the DevTools protocol');
  }

  take(event: Json): void {
    this.#events++;
    const [, name] = NETWORK.exec(textOf(event, 'method') ?? '') ?? [];
    const params = memberOf(event, 'params');
    const id = textOf(params, 'requestId');
    if (name === undefined || id === undefined) return;
    const sender = textOf(event, 'sessionId');
    const known = this.#known.get(id) ?? this.#create(id, sender, textOf(params, 'url'));
    if (known.session !== sender) return;
    const seconds = Number(textOf(params, 'timestamp'));
    const wallTime = textOf(params, 'wallTime');
    if (wallTime !== undefined) known.zeroMs = (Number(wallTime) - seconds) * 1000;
    const timeMs = known.zeroMs === undefined ? undefined : known.zeroMs + seconds * 1000;
    this.#show(name, known, params, Number.isNaN(timeMs) ? undefined : timeMs);
  }

  #create(id: string, session: string | undefined, url: string | undefined): Known {
    if (this.#known.size >= MAX_CONNECTIONS) this.#known.delete(this.#known.keys().next().value!);
    const connection = this.#list.connect(undefined, url, undefined);
    const known: Known = { connection, session, url, zeroMs: undefined };
    this.#known.set(id, known);
    return known;
  }

  #show(
    name: string,
    { connection, url }: Known,
    params: Json | undefined,
    timeMs: number | undefined,
  ): void {
    const list = this.#list;
    const response = memberOf(params, 'response');
    switch (name) {
      case 'WillSendHandshakeRequest':
        list.head(connection, 'client', `GET ${url ?? ''}`, headersOf(memberOf(params, 'request')), timeMs);
        break;
      case 'HandshakeResponseReceived': {
        const status = `HTTP/1.1 ${textOf(response, 'status') ?? ''} ${textOf(response, 'statusText') ?? ''}`;
        list.head(connection, 'server', status, headersOf(response), timeMs);
        break;
      }
      case 'FrameSent':
      case 'FrameReceived': {
        const data = textOf(response, 'payloadData') ?? '';
        const content = textOf(response, 'opcode') === '1' ? data : parseBase64(data);
        list.message(connection, name === 'FrameSent' ? 'client' : 'server', content, timeMs);
        break;
      }
      case 'FrameError':
        list.closed(connection, `an error: ${textOf(params, 'errorMessage') ?? ''}`, undefined, timeMs);
        break;
      case 'Closed':
        list.closed(connection, 'the connection has ended', undefined, timeMs);
        break;
    }
  }

  end(): void {
    this.#list.end(`no WebSocket among the ${this.#events} events of the DevTools protocol`);
  }
}

/** An event a line, perhaps behind words that a log puts before it. */
export function devtoolsLines(session: Session): Reader {
  const events = new DevTools(session);
  return new Lines(
    (line, number) => {
      const start = line.indexOf('{');
      // Commands and answers are no events; a line that is no event is a log's own.
      if (start < 0 || !line.includes('"method"')) return;
      try {
        events.take(JSON.parse(line.slice(start)) as Json);
      } catch (error) {
        if (error instanceof SyntaxError) throw new InputError(`line ${number} is no JSON`);
        throw error;
      }
    },
    () => events.end(),
  );
}

/** One array of events. */
export function devtoolsArray(session: Session): Reader {
  const events = new DevTools(session);
  return new JsonElements(
    [],
    (event) => events.take(event),
    (whole) => {
      if (!whole) session.note('damaged', 'the array of events ends before its end');
      events.end();
    },
  );
}

/** Headers of an object, names and values in turn. */
function headersOf(head: Json | undefined): string[] {
  const headers = memberOf(head, 'headers');
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return [];
  return Object.keys(headers).flatMap((name) => [name, textOf(headers, name) ?? '']);
}
