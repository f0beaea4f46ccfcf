/**
 * Plain functions that are run again when they crash: three downloads from a server that answers every other time, two at
 * once; and one that is given up.
 *
 *     npx startnode --actor examples.restartPool.Downloads
 */
import { Process, RestartPool } from 'troupe';

export class Downloads extends Process {
  async run() {
    const pool = new RestartPool({ size: 2, delay: 20, max: 3 });
    pool.on('restart', task => console.log(`${task}: once more`));
    pool.on('crash', () => {});
    pool.on('giveup', (task, error) => console.log(`${task} is given up: ${error.message}`));
    const server = new Server();
    const files = ['one', 'two', 'three'].map(file => pool.spawn(download, server, file));
    const hopeless = pool.spawn(function nowhere() {
      throw new Error('no such server');
    });
    for (const { result } of files) console.log(await result);
    await hopeless.result.catch(() => {});
    await pool.join();
    console.log(`${server.requests} requests for 3 files`);
  }
}

class Server {
  requests = 0;

  get(file: string): string {
    if (++this.requests % 2 === 1) throw new Error('busy');
    return `the content of ${file}`;
  }
}

async function download(server: Server, file: string) {
  return server.get(file);
}
