// The loop that every project has which was tested with the old suite, here with `ws`: count, run each, ask for reports.
import WebSocket from 'ws';

const [base, agent] = process.argv.slice(2);

function visit(path, onMessage = () => {}) {
  return new Promise((resolve) => {
    const socket = new WebSocket(base + path);
    socket.on('message', (data, isBinary) => onMessage(data, isBinary, socket));
    socket.on('close', resolve);
    socket.on('error', () => {});
  });
}

let count = 0;
await visit('/getCaseCount', (data) => {
  count = Number(data);
});
for (let number = 1; number <= count; number++) {
  await visit(`/runCase?case=${number}&agent=${agent}`, (data, isBinary, socket) =>
    socket.send(data, { binary: isBinary }),
  );
}
await visit(`/updateReports?agent=${agent}`);
