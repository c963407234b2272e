/** A request with a head that an HTTP/1.1 parser has read, as the source of an opening. */

import type { MessageExtension } from '@sanssocket/codec';
import {
  type AcceptOptions,
  acceptRequest,
  checkRequest,
  type RejectOptions,
  type RequestHead,
  rejectFault,
  rejectRequest,
  type UpgradeRequest,
} from '@sanssocket/handshake';
import type {
  ParsedSource,
  RequestEvent,
  RequestRejected,
  ServerAgreement,
} from '../opening/server-opening.js';

/** A parsed head: right or wrong, the opening takes it as its event. */
export class ParsedRequest implements ParsedSource {
  readonly event: RequestEvent;
  readonly #request: UpgradeRequest | undefined;

  constructor(head: RequestHead) {
    const checked = checkRequest(head);
    if (checked.kind === 'fault') this.event = rejectFault(checked);
    else {
      this.#request = checked;
      this.event = { kind: 'request', request: checked, remaining: NOTHING };
    }
  }

  accept(options: AcceptOptions<MessageExtension>): ServerAgreement {
    return acceptRequest(this.#request!, options);
  }

  reject(options: RejectOptions): RequestRejected {
    return rejectRequest(options);
  }
}

/** The bytes behind the head are the transport's. */
const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
