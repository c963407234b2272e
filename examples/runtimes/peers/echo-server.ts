/** Bun's own WebSocket server, with compression both ways: says what it hears. */
interface ServerSocket {
  send(message: string | Uint8Array, compress: boolean): void;
}
declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: { upgrade(request: Request): boolean }): Response | undefined;
    websocket: {
      perMessageDeflate: boolean;
      message(socket: ServerSocket, message: string | Uint8Array): void;
    };
  }): { readonly port: number };
};

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, own) {
    return own.upgrade(request) ? undefined : new Response('a WebSocket is wanted', { status: 426 });
  },
  websocket: {
    perMessageDeflate: true,
    message: (socket, message) => socket.send(message, true),
  },
});
console.log(`port ${server.port}`);
