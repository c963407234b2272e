/**
 * Our side as programs have it: the options of the README's server and client, the options that
 * the documentation gives for Node's sockets, and the call by which a transport gives a chunk.
 * Nothing else in the bench names options of a receiver.
 */
import { Connection } from '@sanssocket/codec';

/** Options of the README's server and of its client. */
export const DEFAULTS = {
  server: { role: 'server', maxMessageBytes: 1024 * 1024 },
  client: { role: 'client' },
};

/** Memory from the place where ws takes it too. */
export const UNCLEARED = { allocate: (bytes) => Buffer.allocUnsafe(bytes) };

/** Options for transports that never use a chunk again, as Node's sockets. */
export const TUNED = { ...UNCLEARED, transferInput: true };

/**
 * The form in which messages come to our side; ws has one, a Buffer.
 *
 * @typedef {'whole' | 'borrowed' | 'streamed'} Form
 */

/** @type {Record<Form, (tally: import('./tally.mjs').Tally) => object>} */
const HANDLERS = {
  whole: (tally) => ({ text: (text) => tally.string(text), binary: (bytes) => tally.bytes(bytes) }),
  borrowed: (tally) => ({ message: (_, { bytes, start, end }) => tally.slice(bytes, start, end) }),
  streamed: (tally) => ({ messageData: ({ bytes, start, end }) => tally.slice(bytes, start, end) }),
};

/**
 * @param {object} options - of the connection
 * @param {Form} form
 * @param {import('./tally.mjs').Tally} tally - gets the messages
 * @returns {(chunk: Buffer) => void}
 */
export function ourReceiver(options, form, tally) {
  return giving(new Connection(options, HANDLERS[form](tally)));
}

/**
 * The call by which the driver of Node's sockets gives a chunk to a connection: for good, as these
 * sockets make memory for each. ws takes its chunks in the same way.
 *
 * @param {Connection} connection
 * @returns {(chunk: Buffer) => void}
 */
export function giving(connection) {
  return (chunk) => connection.receive(chunk, true);
}
