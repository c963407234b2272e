/**
 * A message as an extension gave it, told to the sink event by event: in pieces it is three, and reading may stop at each of
 * them, by a pause, a failure or an exception, as it may at any other event.
 */
import type { ConnectionConfig } from '../agreed/connection-config.js';
import type { Delivery } from '../agreed/connection-sink.js';
import type { Decoded } from '../agreed/extension.js';
import { type Caller, called } from '../agreed/report.js';
import { EMPTY } from '../memory/bytes.js';
import { LentSpan } from '../memory/span.js';
import type { FaultCode } from '../rules/faults.js';
import { type MessageOpcode, TEXT } from '../rules/opcodes.js';
import type { OwnBytes } from '../rules/own-bytes.js';
import { invalidIndex, VALID } from '../rules/utf8.js';
import { deliverBytes } from './deliver.js';

/** A decoded message of which the sink has not heard all. */
export class DecodedMessage {
  /** What is wrong with it; undefined if nothing is. */
  readonly fault: FaultCode | undefined;
  readonly #opcode: MessageOpcode;
  readonly #bytes: OwnBytes;
  /** How many of its events have been told, and how many stand before the last one: its bytes may be gone by then. */
  #told = 0;
  readonly #before: number;

  constructor(opcode: MessageOpcode, decoded: Decoded) {
    this.#opcode = opcode;
    this.#bytes = typeof decoded === 'string' ? EMPTY : (decoded as OwnBytes); // as the interface asks
    this.#before = this.#bytes.length === 0 ? 1 : 2;
    if (typeof decoded === 'string') this.fault = decoded;
    // RFC 6455 8.1 is about the text that an extension gives, not about what came (RFC 7692 6.2).
    else if (opcode === TEXT && invalidIndex(decoded, 0, decoded.length) !== VALID)
      this.fault = 'INVALID_UTF8';
  }

  /** Whether the next event is the last one. */
  isLast(delivery: ConnectionConfig<Delivery>['delivery']): boolean {
    return delivery !== 'pieces' || this.#told === this.#before;
  }

  /**
   * Tells the next event. One that throws has been told.
   *
   * @returns false if it could not be told, because no string is that long
   */
  tellNext(delivery: ConnectionConfig<Delivery>['delivery'], caller: Caller): boolean {
    const bytes = this.#bytes;
    if (delivery !== 'pieces') return deliverBytes(delivery, caller, this.#opcode, bytes);
    const last = this.isLast(delivery);
    const { sink } = caller;
    if (this.#told++ === 0) called(caller, sink.begin?.(this.#opcode));
    else if (last) called(caller, sink.finish?.());
    else called(caller, sink.piece?.(new LentSpan(bytes).of(0, bytes.length)));
    return true;
  }
}
