// `node examples/chat/bench/fairness.mjs [listeners] [seconds]`: the delay of ten messages a second
// of others, heard by that many, without and with one who says as much as its connection takes.
import { Client, come, quantile, until } from './clients.mjs';
import { startChat } from './servers.mjs';

const [count = '1000', seconds = '10'] = process.argv.slice(2);
const SPEAKERS = 10;

const chat = await startChat();
const delays = [];
const listeners = await come(Number(count), 2, (index) => {
  const onSaid = (text) => {
    if (text.startsWith('t')) delays.push(performance.now() - Number(text.slice(1)));
  };
  return new Client(chat.port, { name: `l${index}`, ...(index % 10 === 0 && { onSaid }) });
});
const speakers = await come(SPEAKERS, 0.1, (index) => new Client(chat.port, { name: `s${index}` }));
await until(() => [...listeners, ...speakers].every(({ joinedAt }) => joinedAt !== undefined), 60_000);
await new Promise((resolve) => setTimeout(resolve, 1_000));

async function measure(what) {
  delays.length = 0;
  const before = chat.usage().cpu;
  for (let turn = 0; turn < Number(seconds) * 10; turn++) {
    speakers[turn % SPEAKERS].say(`t${performance.now()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const [median, p99] = [quantile(delays, 0.5), quantile(delays, 0.99)];
  const dropped = listeners.filter(({ gone }) => gone !== undefined).length;
  const heard = delays.length / (Number(seconds) * 10 * Math.ceil(Number(count) / 10));
  console.log(what, {
    medianMs: Math.round(median * 10) / 10,
    p99Ms: Math.round(p99 * 10) / 10,
    heard,
    dropped,
    serverCpuSeconds: Math.round((chat.usage().cpu - before) * 100) / 100,
  });
  return median;
}

const quiet = await measure('without a flooder');
const flooder = new Client(chat.port, { name: 'flooder' });
await until(() => flooder.joinedAt !== undefined, 10_000);
let flooding = true;
const flood = () => {
  // As much as the socket takes: it fills up when the server reads no more.
  while (flooding && flooder.socket.writableLength < 1_000_000) flooder.say('f'.repeat(200));
  if (flooding) setTimeout(flood, 5);
};
flood();
const loud = await measure('with a flooder');
flooding = false;
console.log(`the median delay with a flooder is ${(loud / quiet).toFixed(2)} times that without`);
await chat.stop('SIGKILL');
process.exit(0);
