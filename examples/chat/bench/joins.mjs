// `node examples/chat/bench/joins.mjs [clients] [seconds] [arguments of the chat]`: that many
// clients come within so many seconds, and again, all at once, after a restart. Load generator and
// chat share the machine.
import { Client, come, quantile, until } from './clients.mjs';
import { startChat } from './servers.mjs';

const [count = '10000', seconds = '5', ...args] = process.argv.slice(2);

async function storm(what, chat, within, make) {
  const begin = performance.now();
  const before = chat.usage().cpu;
  const startedAt = [];
  const clients = await come(Number(count), within, (index) => {
    startedAt[index] = performance.now();
    return make(index);
  });
  await until(
    () => clients.every(({ joinedAt, gone }) => joinedAt !== undefined || gone !== undefined),
    120_000,
  );
  const inside = clients.filter(({ joinedAt }) => joinedAt !== undefined);
  const waits = clients.flatMap(({ joinedAt }, index) =>
    joinedAt === undefined ? [] : [joinedAt - startedAt[index]],
  );
  const reasons = {};
  for (const { gone } of clients) if (gone !== undefined) reasons[gone] = (reasons[gone] ?? 0) + 1;
  const { cpu, mib } = chat.usage();
  console.log(what, {
    clients: clients.length,
    in: inside.length,
    gone: reasons,
    allInAfterSeconds: round(Math.max(...inside.map(({ joinedAt }) => joinedAt - begin)) / 1000),
    waitMedianMs: Math.round(quantile(waits, 0.5)),
    waitP99Ms: Math.round(quantile(waits, 0.99)),
    serverCpuSeconds: round(cpu - before),
    serverMiB: mib,
  });
  return clients;
}

const round = (value) => Math.round(value * 100) / 100;

const first = await startChat(args);
const clients = await storm(
  'come',
  first,
  Number(seconds),
  (index) => new Client(first.port, { name: `p${index}` }),
);
const sessions = clients.map(({ session, seq }) => ({ session, since: seq }));
await first.stop('SIGKILL');
for (const client of clients) client.end();
const second = await startChat(args, first.port);
await storm('come back after a restart', second, 0.01, (index) => {
  return new Client(second.port, { name: `p${index}`, ...sessions[index] });
});
await second.stop('SIGKILL');
process.exit(0);
