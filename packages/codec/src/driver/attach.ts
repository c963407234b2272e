/** The common end of all adapters: a connection's driver as the receiver of a transport. */

import type { Connection } from '../connection/connection.js';
import { ConnectionDriver } from './driver.js';
import type { DriverConfig, DriverOptions } from './options.js';
import { now, type ReceiverOf } from './transport.js';

/**
 * Runs a connection over the transport of an adapter, and writes what it has been given before.
 *
 * @param attach - makes the transport
 */
export function attachDriver(
  connection: Connection,
  config: DriverOptions | DriverConfig,
  attach: (receiverOf: ReceiverOf) => unknown,
): ConnectionDriver {
  let driver: ConnectionDriver | undefined;
  attach((transport) => {
    driver = new ConnectionDriver(connection, transport, config, now());
    return driver;
  });
  driver!.flush();
  return driver!;
}
