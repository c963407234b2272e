/** Our end of a conversation with a peer that says what it hears: every message has to come back, in order. */
import type { Duplex } from 'node:stream';
import { Connection, type MessageExtension } from '@sanssocket/codec';

/** What became of a conversation. */
export interface Conversation {
  /** Whether each message came back as it was sent. */
  readonly same: boolean;
  readonly heard: number;
  /** Messages that went compressed to the peer, and from it. */
  readonly compressed: { readonly sent: number; readonly heard: number };
  readonly closeCode: number | undefined;
}

/**
 * Sends each message when the one before has come back, then all of them at once; a text also in fragments. Then closes.
 *
 * @param extensions - what was agreed
 * @param remaining - what followed the handshake's head
 */
export function converse(
  socket: Duplex,
  role: 'server' | 'client',
  extensions: readonly MessageExtension[],
  remaining: Uint8Array,
  texts: readonly string[],
): Promise<Conversation> {
  const messages = texts.flatMap((text) => [text, new TextEncoder().encode(text)]);
  const expected = [...messages, ...messages, ...texts];
  const compressed = { sent: 0, heard: 0 };
  let heard = 0;
  let same = true;
  return new Promise((resolve) => {
    const hear = (message: string | Uint8Array): void => {
      same &&= Buffer.from(message).equals(Buffer.from(expected[heard]!));
      heard++;
      if (heard < messages.length) send(messages[heard]!);
      if (heard === messages.length) {
        for (const one of messages) send(one);
        for (const text of texts) {
          const half = text.length >> 1;
          const message = connection.textWriter();
          message.write(text.slice(0, half));
          message.end(text.slice(half));
        }
      }
      if (heard === expected.length) connection.close(1000);
    };
    const handlers = { text: hear, binary: hear, outputAvailable: () => flush() };
    const connection = new Connection(
      { role },
      handlers,
      extensions.map((extension) => counted(extension, compressed)),
    );
    const send = (message: string | Uint8Array): void => {
      if (typeof message === 'string') connection.sendText(message);
      else connection.sendBinary(message);
    };
    const flush = (): void => {
      for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
        socket.write(chunk);
      }
      if (connection.transportAction === 'end') socket.end();
    };
    const receive = (chunk: Uint8Array): void => {
      connection.receive(chunk);
      flush();
    };
    socket.on('data', receive).on('error', () => {});
    socket.on('close', () => {
      connection.receiveEof();
      resolve({ same, heard, compressed, closeCode: connection.closeInfo?.code });
    });
    send(messages[0]!);
    receive(remaining);
  });
}

/** How many messages {@link converse} sends for so many texts. */
export function countOfMessages(texts: readonly string[]): number {
  return 5 * texts.length;
}

/** The same extension, which counts compressed messages. */
function counted(extension: MessageExtension, count: { sent: number; heard: number }): MessageExtension {
  return {
    rsv: extension.rsv,
    encode(piece, position) {
      if (position.last) count.sent++;
      return extension.encode(piece, position);
    },
    decode(...message) {
      count.heard++;
      return extension.decode(...message);
    },
    close: () => extension.close?.(),
  };
}
