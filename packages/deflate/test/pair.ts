import { type CloseInfo, Connection, type ConnectionOptions, type MessageExtension } from '@sanssocket/codec';
import { type DeflateEngine, type PermessageDeflateOptions, permessageDeflate } from '@sanssocket/deflate';
import { confirmExtensions, negotiateExtensions } from '@sanssocket/handshake/rules';
import { parseExtensions } from '@sanssocket/handshake/values';

/** What both ends have agreed on, if each has the given options. */
export function negotiate(
  client: PermessageDeflateOptions,
  server: PermessageDeflateOptions,
): { readonly client: MessageExtension; readonly server: MessageExtension } | undefined {
  const extension = permessageDeflate(client);
  const offers = extension.offers().map((parameters) => ({ name: extension.name, parameters }));
  const accepted = negotiateExtensions(offers, [permessageDeflate(server)]);
  if (accepted.length === 0) return undefined;
  const confirmed = confirmExtensions(accepted, [extension]);
  if (!Array.isArray(confirmed)) throw new Error(confirmed.code);
  return { client: confirmed[0]!.extension, server: accepted[0]!.extension };
}

/** A server's end of permessage-deflate with the parameters of a client's offer. */
export function serverEnd(engine: DeflateEngine, offer = '', options: object = {}): MessageExtension {
  return serverEnds(engine, options)(offer);
}

/** The same for several connections of one server. */
export function serverEnds(engine: DeflateEngine, options: object = {}): (offer: string) => MessageExtension {
  const extension = permessageDeflate({ engine, threshold: 0, ...options });
  return (offer) => {
    const parsed = parseExtensions([`permessage-deflate${offer}`])!;
    return negotiateExtensions(parsed, [extension])[0]!.extension;
  };
}

/** A client's end after a server's response. */
export function clientEnd(engine: DeflateEngine, response = '', options: object = {}): MessageExtension {
  const extension = permessageDeflate({ engine, threshold: 0, ...options });
  return extension.confirm(parseExtensions([`permessage-deflate${response}`])![0]!.parameters)!.extension;
}

/** A connection that keeps what it is told, as lines. */
export class Recorder {
  readonly connection: Connection;
  readonly messages: (string | Uint8Array)[] = [];
  readonly events: object[] = [];
  outcome: CloseInfo | undefined;

  constructor(options: ConnectionOptions, extension: MessageExtension) {
    this.connection = new Connection(
      { generateMaskingKey: () => 0, ...options },
      {
        text: (text) => {
          this.messages.push(text);
          this.events.push({ text });
        },
        binary: (bytes) => {
          this.messages.push(bytes);
          this.events.push({ binary: hexOf(bytes) });
        },
        ping: (bytes) => this.events.push({ ping: hexOf(bytes) }),
        close: (outcome) => {
          this.outcome = outcome;
          const { fault } = outcome;
          if (fault !== undefined) this.events.push({ fault: fault.code, closeCode: fault.closeCode });
        },
      },
      [extension],
    );
  }

  /** Everything to be written, as soon as there is something. */
  async output(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for (;;) {
      const chunk = this.connection.dataToSend();
      if (chunk !== undefined) chunks.push(chunk);
      else if (chunks.length > 0) return new Uint8Array(Buffer.concat(chunks));
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Waits for an asynchronous engine. */
  async settled(): Promise<void> {
    while (this.connection.paused) await new Promise((resolve) => setImmediate(resolve));
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}
