import { expect, it } from 'vitest';
import { Chatter, startChat } from './support.js';

const CLIENTS = 200;
const MESSAGES = 10;

it('carries the messages of 200 clients to 200 clients, none lost, none out of order', async () => {
  const { url } = await startChat();
  const chatters: Chatter[] = [];
  for (let index = 0; index < CLIENTS; index++) chatters.push(await Chatter.join(url, `c${index}`));
  await Promise.all(chatters.map((chatter) => chatter.heard.until(() => true)));

  for (let number = 0; number < MESSAGES; number++) {
    for (const chatter of chatters) chatter.say(String(number));
  }
  const heardBy = await Promise.all(
    chatters.map(async (chatter) => {
      const said: string[] = [];
      await chatter.heard.until((message) => {
        if (message.type === 'said') said.push(`${message.name} ${message.text}`);
        return said.length === CLIENTS * MESSAGES;
      });
      return said;
    }),
  );

  const [first] = heardBy;
  for (const heard of heardBy) expect(heard.join() === first!.join()).toBe(true);
  for (const { name } of await Promise.all(chatters.map((chatter) => chatter.next('welcome')))) {
    const numbers = first!.filter((line) => line.startsWith(`${name} `)).map((line) => line.split(' ')[1]);
    expect(numbers, name).toEqual(Array.from({ length: MESSAGES }, (_, number) => String(number)));
  }
});
