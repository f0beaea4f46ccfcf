/** The files of the page, as they are shipped: there is nothing to build, and nothing is taken from anywhere else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const folder = new URL('./page/', import.meta.url);
/** The build copies it beside the page; from the sources it is taken from where npm has put it. */
const preact = new URL('./vendor/preact.js', folder);
const preactInstalled = new URL('../../../node_modules/htm/preact/standalone.module.js', import.meta.url);

/** What stands below the token, and what stands there after a wrong one. */
const hint = '<p>The node was started with a token for its dashboard.</p>';
const refusal = '<p role="alert" class="wrong">That is not the token of this node.</p>';

/** By their paths, such as `/app.js`: nothing else can be asked for. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(folder)) {
    const type = types[extname(name)];
    if (type !== undefined) files.set(`/${name}`, { type, body: readFileSync(new URL(name, folder)) });
  }
  const login = files.get('/login.html') as PageFile;
  files.set('/login-wrong.html', { ...login, body: Buffer.from(String(login.body).replace(hint, refusal)) });
  const source = existsSync(preact) ? preact : preactInstalled;
  files.set('/vendor/preact.js', { type: types['.js'] as string, body: readFileSync(source) });
  return files;
}
