/** A WebSocket server in a worker thread: it echoes on each port that it is sent. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { createServer } from 'sanssocket/web-streams';
import { portStreams } from './port-streams.js';

const server = createServer({ paths: ['/echo'], protocols: ['echo'] }, (connection) => ({
  text: (text) => connection.sendText(text),
  binary: (bytes) => connection.sendBinary(bytes),
}));
parentPort!.on('message', (port: MessagePort) => server.accept(portStreams(port)));
