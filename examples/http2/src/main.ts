/** Starts the server with TLS: `node dist/main.js`, then open the address in a browser. */
import { createSecureServer } from 'node:http2';
import { makeCertificate } from './certificate.js';
import { SETTINGS, serveEcho } from './server.js';

const port = Number(process.env['PORT'] ?? 8443);
const { key, cert } = await makeCertificate();
const server = createSecureServer({ key, cert, settings: SETTINGS });
serveEcho(server);
server.listen(port, () => console.log(`https://localhost:${port}/`));
