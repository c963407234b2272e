/** Starts the proxy: `PORT=8000 node dist/main.js http://localhost:8080`. */
import { createProxy } from './proxy.js';

const port = Number(process.env['PORT'] || 8000);
const backend = process.argv[2] ?? 'http://localhost:8080';
createProxy(backend).listen(port, () => console.log(`proxy: http://localhost:${port}/ to ${backend}`));
