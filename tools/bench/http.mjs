// HTTP to JSON echo through three actors (server, echo, server) beside the bare HTTP library, under the load of another process:
// fifty connections that stay open, each with one request under way.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fastify } from 'fastify';
import { Director, FlowActor, HTTPServer } from 'troupe/flow';
import { print } from './measure.mjs';

const rounds = 5;
const seconds = Number(process.env.BENCH_SECONDS ?? 1);
const connections = 50;

class Echo extends FlowActor {
  consume(event) {
    this.send(event);
  }
}

class Forget extends FlowActor {
  consume() {}
}

async function startFlow(accessLog) {
  const director = new Director({ name: 'bench', handleSignals: false });
  director.registerLogActor(Forget, 'log');
  const server = director.registerActor(HTTPServer, 'http', { address: '127.0.0.1', port: 0, accessLog });
  const echo = director.registerActor(Echo, 'echo');
  director.connectQueue(server, echo);
  director.connectQueue(echo, server);
  await director.start();
  return { port: server.port, stop: () => director.stop() };
}

async function startBare() {
  const app = fastify();
  app.post('/echo', (request, reply) => reply.send({ data: request.body }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: app.server.address().port, stop: () => app.close() };
}

/** Requests a second, as the other process counts them, and what of this process's CPU each took. */
async function load(port) {
  const program = fileURLToPath(new URL('./httpLoad.mjs', import.meta.url));
  const args = [program, String(port), String(connections), String(seconds)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const before = process.cpuUsage();
  let out = '';
  child.stdout.setEncoding('utf8').on('data', text => {
    out += text;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('the load failed');
  const { user, system } = process.cpuUsage(before);
  const { rate, total } = JSON.parse(out);
  return { rate, micros: (user + system) / total };
}

const median = values => values.sort((a, b) => a - b)[values.length >> 1];

async function measure(scenario, accessLog) {
  const [own, bare] = [await startFlow(accessLog), await startBare()];
  await load(own.port);
  await load(bare.port);
  const pairs = [];
  for (let round = 0; round < rounds; round++) pairs.push([await load(own.port), await load(bare.port)]);
  await Promise.all([own.stop(), bare.stop()]);
  const of = pick => median(pairs.map(pick));
  print({
    scenario,
    connections,
    perSecond: Math.round(of(([one]) => one.rate)),
    barePerSecond: Math.round(of(([, one]) => one.rate)),
    ratio: Number(of(([one, other]) => one.rate / other.rate).toFixed(3)),
    cpuMicros: Number(of(([one]) => one.micros).toFixed(1)),
    bareCpuMicros: Number(of(([, one]) => one.micros).toFixed(1)),
  });
}

await measure('http/echo', false);
await measure('http/echo, with its access log', true);
