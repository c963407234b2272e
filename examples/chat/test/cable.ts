/**
 * The way between a client and a server, which can be cut, and on which nothing may come through.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export class Cable {
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  #isCut = false;

  /** A cable to a port of this machine, until the test is over. */
  static async to(port: number): Promise<Cable> {
    const cable = new Cable(port);
    cable.#server.listen(0);
    await once(cable.#server, 'listening');
    onTestFinished(() => {
      cable.#server.close();
      cable.cut();
    });
    return cable;
  }

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#join(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Both ends lose their connections, and there are no others. */
  cut(): void {
    this.#isCut = true;
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  mend(): void {
    this.#isCut = false;
  }

  /**
   * Bytes in the connections there are stay on their way: those of the answers, or all of them.
   */
  hold(direction: 'answers' | 'both'): void {
    for (const { client, server } of this.#pairs) {
      server.unpipe(client).pause();
      if (direction === 'both') client.unpipe(server).pause();
    }
  }

  /** All that was held goes on. */
  release(): void {
    for (const { client, server } of this.#pairs) {
      if (server.isPaused()) server.pipe(client);
      if (client.isPaused()) client.pipe(server);
    }
  }

  #join(client: Socket): void {
    if (this.#isCut) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#target, allowHalfOpen: true });
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.on('close', () => this.#pairs.delete(pair));
    }
    client.pipe(server);
    server.pipe(client);
  }
}
