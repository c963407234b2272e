/** The connection to the broker: it is opened with patience, never given up, and told about. */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BrokerAddress } from './broker-address.js';

/** Between two attempts to reach the broker for the first time. */
const RETRY_MS = 1_000;

/**
 * Connects to the broker, as often as it takes.
 *
 * @param tell - gets a line when there is no broker, once for each reason
 * @param signal - gives up
 */
export async function connectToBroker(
  { servers, ...credentials }: BrokerAddress,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<NatsConnection> {
  let told = '';
  for (;;) {
    try {
      const connection = await connect({
        servers,
        ...credentials,
        // From then on the connection is made again for ever, and a broker that stands still is
        // found within three seconds.
        maxReconnectAttempts: -1,
        ignoreAuthErrorAbort: true,
        reconnectTimeWait: 250,
        reconnectJitter: 100,
        pingInterval: 1_000,
        maxPingOut: 2,
        timeout: 2_000,
      });
      if (!signal.aborted) return connection;
      await connection.close();
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== told) tell(`no broker at ${servers.join(', ')} (${reason}); trying again`);
      told = reason;
    }
    await pause(RETRY_MS, signal);
    signal.throwIfAborted();
  }
}

/** Does something with the broker, again and again, until the broker has answered. */
export type Repeat = <T>(attempt: () => Promise<T>) => Promise<T>;

/** A pause that a signal ends. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** An error of the client in a line: the cause says more than the error. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause instanceof Error ? cause.message : '';
  return [message, inner].filter((text, index, all) => text !== '' && all.indexOf(text) === index).join(': ');
}
