// Where a program has Node's types: ports are the platform's and those of worker threads.
import { parentPort, MessageChannel as ThreadChannel } from 'node:worker_threads';
import { Connection } from '@sanssocket/codec';
import { hostMessagePort } from '@sanssocket/codec/message-port';

const connection = new Connection({ role: 'client' }, {});
hostMessagePort(new MessageChannel().port1, connection);
hostMessagePort(new ThreadChannel().port1, connection);
if (parentPort !== null) hostMessagePort(parentPort, connection);
