/**
 * A page that opens two WebSockets to its own server, and shows their answers and the protocol it
 * was loaded over.
 */
export const PAGE: string = `<!doctype html>
<meta charset="utf-8">
<title>WebSockets over HTTP/2</title>
<pre id="log"></pre>
<script type="module">
  const log = document.getElementById('log');
  const talk = (text) => new Promise((resolve, reject) => {
    const socket = new WebSocket('wss://' + location.host + '/echo', ['echo']);
    const heard = [];
    socket.onopen = () => socket.send(text);
    socket.onmessage = ({ data }) => {
      heard.push(data);
      if (data === text) socket.close(1000, 'done');
    };
    socket.onclose = ({ code, wasClean }) => resolve({ heard, code, wasClean, protocol: socket.protocol });
    socket.onerror = () => reject(new Error('no connection'));
  });
  const sockets = Promise.all([talk('first'), talk('second')]);
  const plain = fetch('/nothing').then(({ status }) => status);
  const { nextHopProtocol } = performance.getEntriesByType('navigation')[0];
  globalThis.outcome = Promise.all([sockets, plain]).then(([heard, status]) => ({ nextHopProtocol, heard, status }));
  globalThis.outcome.then((outcome) => (log.textContent = JSON.stringify(outcome, null, 2)));
</script>
`;
