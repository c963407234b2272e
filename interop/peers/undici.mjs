// undici: node undici.mjs URL
import { WebSocket } from 'undici';

globalThis.WebSocket = WebSocket;
await import('./web-socket.mjs');
