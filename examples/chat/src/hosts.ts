/**
 * The hosts under which the chat may be asked for: a page whose name was made to resolve to this
 * machine (DNS rebinding) asks for another.
 */
import type { RejectOptions } from '@sanssocket/handshake';
import { allowHosts, type RequestRule } from '@sanssocket/handshake/rules';

/** Names of this machine, for itself (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

const REJECTION = {
  status: 421,
  reason: 'Misdirected Request',
  body: 'the chat is not known by this name; HOSTS=... names its hosts\n',
};

/** The settings that say which hosts these are. */
interface HostSettings {
  readonly host?: string;
  readonly hosts?: readonly string[];
}

/** The rule, for WebSockets and for the page. */
export class Hosts {
  /** For WebSocket servers; none if any host will do. */
  readonly rules: readonly RequestRule[];

  constructor({ host, hosts }: HostSettings) {
    const allowed = hosts ?? (isLoopback(host) ? LOOPBACK : undefined);
    this.rules = allowed === undefined ? [] : [allowHosts(allowed, REJECTION)];
  }

  /** The answer to a request for the page, if its `Host` is none of these. */
  rejection(host = ''): RejectOptions | undefined {
    const request = { ...PAGE_REQUEST, host };
    for (const rule of this.rules) {
      const rejection = rule(request);
      if (rejection !== undefined) return rejection;
    }
    return undefined;
  }
}

/** The parts of a request that a rule about hosts does not look at. */
const PAGE_REQUEST = {
  kind: 'request',
  key: '',
  resourceName: '/',
  origin: undefined,
  protocols: [],
  extensions: [],
  headers: [],
} as const;

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|(?:::ffff:)?127\.[\d.]+|::1)$/i.test(host);
}
