import { WebSocket } from 'ws';
import { runCases } from '../run-cases.mjs';

await runCases(
  (url) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, { perMessageDeflate: { threshold: 0 } });
      socket.on('error', () => {});
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on('close', resolve);
    }),
);
