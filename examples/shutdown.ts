/**
 * An orderly end: at Ctrl-C the web server takes no more requests, the request that it is working on is still answered, and
 * only then do the actors stop.
 *
 *     npx startnode --actor examples.shutdown.Web
 *     curl http://127.0.0.1:PORT/      # and Ctrl-C in the other terminal before the answer is there
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Actor } from 'troupe';

export class Web extends Actor {
  #server: Server | undefined;
  #takeBack: (() => void)[] = [];

  override async preStart() {
    const greeter = this.spawn(Greeter, { name: 'greeter' });
    const { shutdown } = this.node;
    const server = createServer(async (request, response) => {
      const answer = await greeter.ask<string>(request.url ?? '/');
      // A connection that is kept for the next request would keep the server from closing.
      if (shutdown.reason !== undefined) response.setHeader('connection', 'close');
      response.end(answer);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    const closed = once(server, 'close');
    this.#takeBack = [
      shutdown.addTask('unbind', 'web', ({ reason }) => {
        server.close();
        console.log(`web: no more requests (${reason})`);
      }),
      shutdown.addTask('drain', 'web', async () => {
        await closed;
        console.log('web: all requests are answered');
      }),
    ];
    console.log(`web: http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }

  // Also when it is restarted: the next instance opens its own server and adds its own tasks.
  override postStop() {
    for (const takeBack of this.#takeBack) takeBack();
    this.#server?.close();
    console.log('web: stopped');
  }
}

class Greeter extends Actor<string> {
  override async receive(path: string) {
    console.log(`greeter: works on ${path}`);
    await setTimeout(500);
    this.reply(`hello from ${path}\n`);
  }
}
