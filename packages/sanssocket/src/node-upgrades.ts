/** The `upgrade` events of an HTTP server of the application's, which several servers of WebSockets may share. */

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A server of WebSockets. */
interface Upgrading {
  upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): void;
}

/** An option of `http.createServer` since Node 22.21 and 24.9, which is a property of the server. */
interface AskedServer {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/** The events of each HTTP server that has servers of WebSockets. */
const TAKEN = new WeakMap<HttpServer, UpgradeEvents>();

/** The `upgrade` events of one HTTP server, and who takes them. */
export class UpgradeEvents {
  readonly #http: HttpServer & AskedServer;
  /** The servers that take them, and their paths; one without paths has the rest. */
  readonly #servers = new Map<Upgrading, readonly string[] | undefined>();
  /** Node's own answer to whether a request is for the listeners. */
  #asked: AskedServer['shouldUpgradeCallback'];

  private constructor(http: HttpServer) {
    this.#http = http;
  }

  /** The events of an HTTP server, for all that take them. */
  static of(http: HttpServer): UpgradeEvents {
    const taken = TAKEN.get(http) ?? new UpgradeEvents(http);
    TAKEN.set(http, taken);
    return taken;
  }

  add(server: Upgrading, paths: readonly string[] | undefined): void {
    if (this.#servers.size === 0) {
      this.#asked = this.#http.shouldUpgradeCallback;
      if (this.#asked !== undefined) this.#http.shouldUpgradeCallback = this.#should;
      this.#http.on('upgrade', this.#onUpgrade);
    }
    this.#servers.set(server, paths);
  }

  remove(server: Upgrading): void {
    if (!this.#servers.delete(server) || this.#servers.size > 0) return;
    this.#http.off('upgrade', this.#onUpgrade);
    if (this.#asked !== undefined && this.#http.shouldUpgradeCallback === this.#should)
      this.#http.shouldUpgradeCallback = this.#asked;
  }

  /**
   * Another protocol, such as the `h2c` that clients offer, is answered as if it had not been offered
   * (RFC 9110 7.8): by itself Node gives every request with an Upgrade to the listeners, also the one
   * for a page.
   */
  readonly #should = (request: IncomingMessage): boolean =>
    /(?:^|[\s,])websocket(?:$|[\s,/])/i.test(request.headers.upgrade ?? '') &&
    this.#asked!.call(this.#http, request);

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Uint8Array): void => {
    const servers = [...this.#servers];
    const path = (request.url ?? '').split('?', 1)[0]!;
    const [server] =
      servers.find(([, paths]) => paths?.includes(path)) ??
      servers.find(([, paths]) => paths === undefined) ??
      servers[0]!; // which answers 404
    server.upgrade(request, socket, head);
  };
}
