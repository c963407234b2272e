/** A server that answers whatever comes with the octets it is told, so that a report has known faults at known places. */
import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type AgentResults, type Case, findCases, runServerCase } from '../../src/index.js';
import { fromHex } from '../../src/model/payload.js';

/** Hexadecimal digits: what is sent when octets come after the handshake, and, behind a `/`, when they come again, before the
 * transport is ended. */
export type Script = string;

/** Runs one case against a server that follows a script. */
export async function runScripted(id: string, script: Script, agent = 'scripted'): Promise<AgentResults> {
  const server = await listen(script);
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const patience = { agent, timeoutMs: 300, closeTimeoutMs: 200 };
  const result = await runServerCase({ url }, caseOf(id), patience);
  server.close();
  return { agent, role: 'server', target: url, startedAt: 0, durationMs: 1234, cases: [result] };
}

/** The case with an id. */
export function caseOf(id: string): Case {
  const [test] = findCases({ patterns: [id] });
  if (test === undefined) throw new Error(`no case ${id}`);
  return test;
}

function listen(script: Script): Promise<Server> {
  const server = createServer((socket) => {
    let head = '';
    const answers = script.split('/').map(fromHex);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (head.endsWith('\r\n\r\n')) {
        const answer = answers.shift();
        if (answer === undefined) return;
        socket.write(answer);
        if (script.includes('/') && answers.length === 0) socket.end();
        return;
      }
      head += chunk.toString('latin1');
      const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(head)?.[1];
      if (!head.endsWith('\r\n\r\n') || key === undefined) return;
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
      socket.write(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
