/** A program whose worker never ends what it has begun. */
import { silentLogger } from '../../../lib/index.ts';
import { Arbiter } from '../../../lib/pool/index.ts';
import { Hand } from './workers.ts';

if (process.argv[1]?.endsWith('hanging.ts')) {
  const arbiter = await Arbiter.start({
    node: { logger: silentLogger },
    signals: true,
    exitTimeout: 600_000,
  });
  const timeout = Number.POSITIVE_INFINITY;
  const web = arbiter.addMonitor('web', { actor: Hand, workers: 2, timeout });
  await web.ready;
  const pids = (await web.info({ timeout: 20_000 })).workers.map(({ pid }) => pid);
  await web.ref.ask('spin');
  arbiter.node.shutdown.addTask('beforeStop', 'spec', () => console.log('stopping'));
  console.log(`workers: ${pids.join(' ')}`);
}
