/** The dashboard over HTTP: the page, questions and their answers, the stream, and what is done by hand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { asError } from '../../base/errors.ts';
import type { NodeFace } from '../../core/actor.ts';
import { ErrorIgnored } from '../../core/events.ts';
import { type ControlAction, ControlRefused, control, controlActions } from '../control.ts';
import { type Metrics, metrics } from '../metrics/metrics.ts';
import { answerQuery } from '../observatory/queries.ts';
import { errorText } from '../observatory/words.ts';
import { controlHeader, Guard, type Refusal } from './guard.ts';
import { Lens } from './lens.ts';
import { Live, mostStreams } from './live.ts';
import type { CompleteDashboardOptions } from './options.ts';
import { type PageFile, readPageFiles } from './pageFiles.ts';
import { type Question, questionOfUrl, questionsOfJson } from './params.ts';

/** In bytes. */
const longestBody = 65_536;
const longestHead = 65_536;
/** How long, in ms, a client may take for its headers, and for all of a request. */
const headersTimeout = 10_000;
const requestTimeout = 20_000;
const mostConnections = 200;

const always = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** A request that can't be met: what is answered. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(status: number, text: string) {
    super(text);
    this.refusal = { status, text };
  }
}

export class DashboardServer {
  readonly #node: NodeFace;
  readonly #options: CompleteDashboardOptions;
  readonly #guard: Guard;
  readonly #files: ReadonlyMap<string, PageFile>;
  readonly #lens: Lens;
  readonly #live: Live;
  /** Once somebody has asked for them. */
  #figures: Metrics | undefined;
  readonly #server: Server;

  constructor(node: NodeFace, options: CompleteDashboardOptions) {
    const { clock } = node.instruments;
    const { token, hosts, host } = options;
    this.#node = node;
    this.#options = options;
    this.#files = readPageFiles();
    this.#guard = new Guard({ token, hosts: [...hosts, host.toLowerCase()], salt: node.incarnation, clock });
    this.#lens = new Lens(node, options.observatory, () => this.#live.sampled());
    this.#live = new Live(clock, this.#lens, error => this.#ignore(error));
    const limits = { headersTimeout, requestTimeout, maxHeaderSize: longestHead };
    this.#server = createServer(limits, (request, response) => void this.#serve(request, response));
    this.#server.maxConnections = mostConnections;
  }

  /** @returns the port @throws when it can't listen there */
  listen(): Promise<number> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        this.#server.on('error', error => this.#ignore(error));
        resolve((this.#server.address() as { port: number }).port);
      });
    });
  }

  close(): Promise<void> {
    void this.#figures?.close();
    this.#live.close();
    this.#lens.shut();
    return new Promise(resolve => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #ignore(error: unknown): void {
    this.#node.events.publish(new ErrorIgnored(undefined, asError(error), 'the dashboard'));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {}); // the client is gone
    for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      const { status, text } = refusalFor(error);
      if (response.headersSent) response.destroy();
      else {
        if (status === 401) response.setHeader('www-authenticate', 'Bearer');
        if (status === 413) response.setHeader('connection', 'close');
        sendJson(response, status, { error: text });
      }
    }
  }

  /** For a Prometheus server; measures from the first time on. */
  #metrics(request: IncomingMessage, response: ServerResponse): void {
    this.#figures ??= metrics(this.#node);
    this.#figures.handler(request, response);
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
      response.setHeader('allow', 'GET, HEAD, POST');
      throw new Refused(405, `there is no ${method} here`);
    }
    const url = urlOf(request);
    const { pathname } = url;
    const isPage = pathname === '/';
    check(this.#guard.strangeness(method, headers, isPage));
    if (method === 'POST') return await this.#post(pathname, request, response);
    const refusal = this.#guard.refusal(headers);
    if (isPage) return sendFile(response, this.#file(refusal === undefined ? '/index.html' : '/login.html'));
    const file = this.#files.get(pathname);
    if (file !== undefined) return sendFile(response, file);
    check(refusal);
    if (pathname === '/api/about') return sendJson(response, 200, this.#about());
    if (pathname === '/metrics') return this.#metrics(request, response);
    if (pathname === '/api/live') return this.#stream(method, url, response);
    if (pathname.startsWith('/api/'))
      return sendJson(response, 200, this.#answer(questionOfUrl(pathname.slice(5), url.searchParams)));
    throw new Refused(404, 'there is nothing here');
  }

  #file(path: string): PageFile {
    return this.#files.get(path) as PageFile;
  }

  #about(): object {
    const { control, observatory } = this.#options;
    return { control, interval: observatory.interval ?? 1000, asksForToken: this.#guard.asksForToken };
  }

  #answer({ name, params }: Question): unknown {
    const answer = answerQuery(this.#lens.look(), name, params);
    if (answer === undefined) throw new Refused(404, 'there is no such actor on this node');
    return answer;
  }

  #stream(method: string, { searchParams }: URL, response: ServerResponse): void {
    if (method !== 'GET') throw new Refused(405, 'a stream can only be read: GET');
    if (this.#live.isFull) throw new Refused(503, `${mostStreams} pages are open already: close one of them`);
    const questions = questionsOfJson(searchParams.get('q') ?? '[]');
    const filter = searchParams.get('events');
    const events = filter === null ? undefined : questionsOfJson(`[["events",${filter}]]`)[0]?.params;
    this.#live.begin({ questions, events }, response);
  }

  async #post(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers } = request;
    if (pathname === '/login') return this.#login(await bodyOf(request), headers.host, response);
    const action = /^\/api\/control\/(\w+)$/.exec(pathname)?.[1] as ControlAction | undefined;
    if (action === undefined || !controlActions.includes(action))
      throw new Refused(404, 'there is nothing here');
    if (!this.#options.control)
      throw new Refused(403, 'this dashboard only shows: start it with control: true (--dashboard-control)');
    check(this.#guard.refusal(headers));
    if (headers[controlHeader] === undefined)
      throw new Refused(403, `the header ${controlHeader} is missing`);
    if (!headers['content-type']?.startsWith('application/json'))
      throw new Refused(415, 'send JSON: content-type: application/json');
    const { path, message } = parse(await bodyOf(request));
    const by = `${request.socket.remoteAddress ?? 'somebody'} (dashboard)`;
    sendJson(response, 200, control(this.#lens.look(), action, path as string, by, message));
  }

  #login(body: string, host: string | undefined, response: ServerResponse): void {
    const admission = this.#guard.admit(new URLSearchParams(body).get('token') ?? '', host);
    if ('cookie' in admission) {
      response.setHeader('set-cookie', admission.cookie);
      response.writeHead(303, { location: '/' }).end();
    } else if (admission.status === 401) sendFile(response, this.#file('/login-wrong.html'), 401);
    else check(admission);
  }
}

function check(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new Refused(refusal.status, refusal.text);
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof ControlRefused) return { status: 409, text: error.message };
  if (error instanceof TypeError) return { status: 400, text: error.message };
  return { status: 500, text: errorText(error) };
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  const base = 'http://dashboard';
  if (!url.startsWith('/') || !URL.canParse(base + url)) throw new Refused(400, 'that is no path');
  return new URL(base + url);
}

function parse(body: string): { path?: unknown; message?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refused(400, 'the body is no JSON');
  }
  if (typeof value !== 'object' || value === null)
    throw new Refused(400, 'the body must be an object such as { "path": "/a" }');
  return value;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) throw new Refused(413, `the body must be no longer than ${longestBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function sendFile(response: ServerResponse, { type, body }: PageFile, status = 200): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  const head = { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length };
  response.writeHead(status, head).end(body);
}
