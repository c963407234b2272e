/**
 * One client of the chat: its connection, its seat, its share, and the bound on the messages that
 * wait for it.
 */
import type { CloseInfo, ConnectionHandlers, PreparedMessage, WebSocketConnection } from 'sanssocket';
import { FairShare, type ShareLimits } from './fair-share.js';
import type { Hub, Member } from './hub.js';
import { type Join, parseClientMessage, type ServerMessage } from './protocol.js';
import type { Seat } from './seats.js';

/** Reasons not to read from a client, as bits. */
const JOINING = 1;
const OVER_ITS_SHARE = 2;
const OUTBOX_FULL = 4;

/** A client from its accepted handshake to its end. */
export class ClientSession implements Member {
  /** For its connection. */
  readonly handlers: ConnectionHandlers = {
    text: (text) => this.#heard(text),
    ping: () => this.#spend(0),
    binary: () => this.#connection.fail(1003, 'this chat speaks JSON, in text messages'),
    close: (outcome) => this.#gone(outcome),
  };
  readonly #connection: WebSocketConnection;
  readonly #hub: Hub;
  /** The person's, from the seat on. */
  #share: FairShare;
  readonly #framesKey: string | null;
  #seat: Seat | undefined;
  #held = 0;
  #shareTimer: NodeJS.Timeout | undefined;

  /** @param framesKey - of its tap, if the client wants to see its own frames */
  constructor(connection: WebSocketConnection, hub: Hub, limits: ShareLimits, framesKey: string | null) {
    this.#connection = connection;
    this.#hub = hub;
    this.#share = new FairShare(limits, performance.now());
    this.#framesKey = framesKey;
  }

  /**
   * The bounded queue is the connection's: messages that the socket cannot take wait there, up to a
   * limit.
   */
  deliver(message: PreparedMessage): boolean {
    // One that is closing hears no more, and is no reason to drop it.
    return this.#connection.sendPrepared(message) || this.#connection.connection.state !== 'open';
  }

  sit(seat: Seat, welcome: string): void {
    this.#seat = seat;
    this.#share = seat.share;
    this.#spend(0); // for coming: to come again and again is no way around a share
    this.#send(welcome);
  }

  /**
   * Tells the client why, if it ever reads that far; the close timeout ends the rest. RFC 6455
   * 7.4.1 and IANA's 1013.
   */
  drop(): void {
    this.#connection.fail(1013, 'too slow: more waits for you than the server holds');
  }

  close(code: number, reason: string): void {
    this.#seat = undefined;
    this.#connection.close(code, reason);
  }

  #heard(text: string): void {
    this.#spend(text.length);
    const message = parseClientMessage(text);
    const seat = this.#seat;
    if (message.type === 'refused') {
      this.#answer(message);
    } else if (message.type === 'join') {
      if (seat === undefined) void this.#join(message);
      else this.#answer({ type: 'refused', reason: 'you are here already', of: 'join' });
    } else if (seat === undefined) {
      this.#answer({ type: 'refused', reason: 'join first', of: 'say', n: message.n });
    } else {
      this.#hub.say(seat, message);
      if (seat.outbox.full) {
        this.#hold(OUTBOX_FULL);
        seat.outbox.onRoom = () => this.#release(OUTBOX_FULL);
      }
    }
  }

  /**
   * A message too many is not refused, nor a Ping. The client's next ones wait: with the operating
   * systems, at first the server's and then its own.
   */
  #spend(length: number): void {
    const wait = this.#share.take(length, performance.now());
    if (wait === 0) return;
    this.#hold(OVER_ITS_SHARE);
    clearTimeout(this.#shareTimer);
    this.#shareTimer = setTimeout(() => this.#release(OVER_ITS_SHARE), wait).unref();
  }

  /** Nothing is read until the answer is there: it comes from the log, which may be far. */
  async #join(message: Join): Promise<void> {
    this.#hold(JOINING);
    try {
      const wasAway = this.#hub.isAway;
      if (wasAway) this.#answer({ type: 'broker', state: 'away' });
      const refused = await this.#hub.join(this, message, this.#framesKey);
      if (refused !== undefined) this.#answer(refused);
      // Of a broker that is still away the client hears with all others that it is back.
      if (wasAway && !this.#hub.isAway) this.#answer({ type: 'broker', state: 'back' });
    } catch {
      this.close(1012, 'the chat is being restarted');
    } finally {
      this.#release(JOINING);
    }
  }

  #gone(outcome: CloseInfo): void {
    const seat = this.#seat;
    if (seat === undefined) return;
    this.#seat = undefined;
    this.#hub.leave(this, seat, describe(outcome), mayReturn(outcome));
  }

  #hold(reason: number): void {
    if (this.#held === 0) this.#connection.pause();
    this.#held |= reason;
  }

  #release(reason: number): void {
    this.#held &= ~reason;
    if (this.#held === 0) this.#connection.resume();
  }

  #answer(message: ServerMessage): void {
    this.#send(JSON.stringify(message));
  }

  #send(json: string): void {
    if (!this.#connection.sendText(json) && this.#connection.connection.state === 'open') this.drop();
  }
}

/** A page that is loaded again says 1001, and a lost connection nothing (RFC 6455 7.4.1). */
function mayReturn({ wasClean, code, fault }: CloseInfo): boolean {
  return fault === undefined && (!wasClean || code === 1001);
}

/** For the others: why someone left. */
function describe({ wasClean: clean, code, reason, fault }: CloseInfo): string {
  if (fault !== undefined) return `${fault.message} (${fault.code})`;
  if (clean) return code === 1000 || code === 1001 || code === 1005 ? '' : `${code} ${reason}`.trim();
  return reason === '' ? 'connection lost' : reason;
}
