/** Deno: `deno run --allow-net=127.0.0.1 --import-map=imports.json src/deno.ts`. */
import { serve } from 'sanssocket';

const server = await serve({ port: 0, hostname: '127.0.0.1', protocols: ['echo'] }, (connection) => ({
  text: (text) => connection.sendText(text),
  binary: (bytes) => connection.sendBinary(bytes),
}));
console.log(`port ${server.port}`);
