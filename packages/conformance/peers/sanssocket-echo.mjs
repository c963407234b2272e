// What our echo server and our echo client have in common: a connection over a socket, messages in each form, with each engine.
import { Connection } from '@sanssocket/codec';
import { permessageDeflate } from '@sanssocket/deflate';

const ENGINES = {
  'node-zlib': async () => (await import('@sanssocket/deflate/node-zlib')).nodeZlib(),
  pako: async () => (await import('@sanssocket/deflate/pako')).pako(),
  fflate: async () => (await import('@sanssocket/deflate/fflate')).fflate(),
  streams: async () => (await import('@sanssocket/deflate/streams')).compressionStreams(),
};

/** The extensions for an engine's name. */
export async function extensionsOf(engine) {
  return engine === 'none' ? [] : [permessageDeflate({ engine: await ENGINES[engine](), level: 1 })];
}

/** Echoes of messages in each form. */
const HANDLERS = {
  whole: (connection) => ({
    text: (text) => connection().sendText(text),
    binary: (bytes) => connection().sendBinary(bytes),
  }),
  borrowed: (connection) => ({
    message: (opcode, span) => connection().sendSlice(opcode, span),
  }),
  streamed: (connection) => {
    let opcode = 0;
    let pieces = [];
    return {
      messageStart: (first) => {
        opcode = first;
        pieces = [];
      },
      messageData: ({ bytes, start, end }) => pieces.push(Buffer.from(bytes.subarray(start, end))),
      messageEnd: () => {
        const whole = Buffer.concat(pieces);
        connection().sendSlice(opcode, { bytes: whole, start: 0, end: whole.length });
      },
    };
  },
};

/** Carries a connection over a socket, and echoes what comes. */
export function echo(socket, { messages, ...options }, extensions, remaining) {
  let connection;
  const flush = () => {
    for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
      if (!socket.writableEnded) socket.write(chunk);
    }
    if (connection.transportAction === 'end' && !socket.writableEnded) socket.end();
  };
  const handlers = { ...HANDLERS[messages](() => connection), outputAvailable: () => queueMicrotask(flush) };
  const agreed = extensions.map(({ extension }) => extension);
  const limits = { maxMessageBytes: 2 ** 26, maxFrameBytes: 2 ** 26, maxInputBufferBytes: 2 ** 26 };
  connection = new Connection({ ...options, ...limits }, handlers, agreed);
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    connection.receive(chunk);
    flush();
  });
  socket.on('end', () => {
    connection.receiveEof();
    flush();
    if (!connection.paused) socket.end();
  });
  if (remaining.length > 0) connection.receive(remaining);
  flush();
  socket.resume();
}
