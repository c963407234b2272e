/** Bun: `bun run src/bun.ts`, `tsconfig.json` says where the packages are. */
import { serve } from 'sanssocket';

const server = await serve({ port: 0, hostname: '127.0.0.1', protocols: ['echo'] }, (connection) => ({
  text: (text) => connection.sendText(text),
  binary: (bytes) => connection.sendBinary(bytes),
}));
console.log(`port ${server.port}`);
