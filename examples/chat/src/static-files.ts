/**
 * The page: the files of `public`, read once. A request can only name one of them, so no path
 * reaches the disk.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';

const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
]);

/**
 * Nothing from other sites, nothing inline: a message that got into the page as markup could
 * still do nothing.
 */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** Serves the files of one folder. */
export class StaticFiles {
  readonly #files = new Map<string, { readonly type: string; readonly body: Buffer }>();

  /** @param folder - with a slash at its end; its `index.html` is also `/` */
  constructor(folder: URL) {
    for (const name of readdirSync(folder)) {
      const type = TYPES.get(extname(name));
      if (type !== undefined)
        this.#files.set(`/${name}`, { type, body: readFileSync(new URL(name, folder)) });
    }
    const index = this.#files.get('/index.html');
    if (index !== undefined) this.#files.set('/', index);
  }

  /** Answers a request, with 404 or 405 if it asks for anything else. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const file = this.#files.get(request.url?.split('?', 1)[0] ?? '');
    if (file === undefined) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('not here\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else {
      response.writeHead(200, { ...HEADERS, 'Content-Type': file.type, 'Content-Length': file.body.length });
      response.end(request.method === 'HEAD' ? undefined : file.body);
    }
  }
}
