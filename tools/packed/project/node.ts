// Where a program has Node's types: ports are the platform's and those of worker threads.
import { parentPort, MessageChannel as ThreadChannel } from 'node:worker_threads';
import { Connection } from '@sanssocket/codec';
import { attachMessagePort } from '@sanssocket/codec/message-port';

const connection = new Connection({ role: 'client' }, {});
attachMessagePort(new MessageChannel().port1, connection);
attachMessagePort(new ThreadChannel().port1, connection);
if (parentPort !== null) attachMessagePort(parentPort, connection);
