/** Addresses of brokers, as a user writes them. */

/** Servers and credentials, as the client wants them. */
export interface BrokerAddress {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
}

/**
 * Reads addresses of brokers, `nats://[USER:PASSWORD@]HOST[:PORT]` with commas between.
 *
 * @throws Error that says what is wrong
 */
export function parseBroker(text: string): BrokerAddress {
  const urls = text.split(',').map((part) => {
    const url = URL.canParse(part.trim()) ? new URL(part.trim()) : undefined;
    if (url !== undefined && /^(?:nats|tls):$/.test(url.protocol) && url.hostname !== '') return url;
    throw new Error(`a broker is nats://HOST:PORT, not ${part.trim()}`);
  });
  const { username, password } = urls[0]!;
  return {
    servers: urls.map(({ protocol, hostname, port }) => `${protocol}//${hostname}:${port || '4222'}`),
    ...(username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
  };
}
