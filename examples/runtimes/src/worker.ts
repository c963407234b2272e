/**
 * Workers: a client over the TCP sockets of `cloudflare:sockets`. Ask it for `/?port=N`: it connects
 * to the echo server there, and answers with the echoes.
 */
import { connect } from 'sanssocket';

export default {
  async fetch(request: Request): Promise<Response> {
    const port = new URL(request.url).searchParams.get('port');
    if (port === null) return new Response('ready');
    const heard: string[] = [];
    const connection = await connect(
      `ws://127.0.0.1:${port}/`,
      {
        text(text) {
          heard.push(text);
          connection.close(1000);
        },
      },
      { protocols: ['echo'] },
    );
    connection.sendText('hello from a Worker');
    const { wasClean } = await connection.finished();
    return Response.json({ protocol: connection.protocol, heard, wasClean });
  },
};
