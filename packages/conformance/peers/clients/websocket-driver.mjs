import { connect } from 'node:net';
import driver from 'websocket-driver';
import { runCases } from '../run-cases.mjs';

await runCases((url) => {
  const { hostname, port } = new URL(url);
  const connection = driver.client(url, { maxLength: 2 ** 26 });
  connection.messages.on('data', (message) =>
    typeof message === 'string' ? connection.text(message) : connection.binary(message),
  );
  connection.on('error', () => {});
  connection.on('close', () => socket.end());
  const socket = connect(Number(port), hostname, () => {
    socket.pipe(connection.io).pipe(socket);
    connection.start();
  });
  return new Promise((resolve) => {
    socket.on('error', () => {}).on('close', resolve);
  });
});
