// The WebSocket of the web platform, as Bun and Deno have it and undici makes it for Node.
import { runCases } from '../run-cases.mjs';

const WebSocket =
  globalThis.Bun || globalThis.Deno ? globalThis.WebSocket : (await import('undici')).WebSocket;

await runCases(
  (url) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.binaryType = 'arraybuffer';
      socket.onmessage = ({ data }) => socket.send(data);
      socket.onerror = () => {};
      socket.onclose = resolve;
    }),
);
