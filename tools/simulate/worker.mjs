// One process that simulates the seeds that it is given, one after the other. Speaks with crew.mjs.
import { runScenario } from './scenario.mjs';
import { loadTroupe } from './troupe.mjs';

/** How often a seed is run a second time, to see whether it is the same run. */
const repeatEvery = 25;

let rejections = [];
process.on('unhandledRejection', error =>
  rejections.push(`a promise was rejected and nobody heard: ${error?.stack}`),
);

const troupe = await loadTroupe(process.argv[2]);
process.send({ type: 'ready' });

process.on('message', ({ seed, options }) => {
  simulate(seed, options).then(result => process.send({ type: 'done', seed, ...result }));
});

async function simulate(seed, options) {
  rejections = [];
  try {
    const { hash, violations, counts, nodeSeconds, plan } = await runScenario(troupe, { seed, ...options });
    const faults = [...plan.faults].join(', ');
    const result = { hash, violations: [...violations, ...rejections], counts, nodeSeconds, faults };
    if (seed % repeatEvery !== 0 && !options.repeats) return result;
    const again = await runScenario(troupe, { seed, ...options });
    if (again.hash !== hash)
      result.violations.push(`a second run differs: trace ${hash}, then ${again.hash}`);
    result.nodeSeconds += again.nodeSeconds;
    return result;
  } catch (error) {
    return { hash: '', violations: [String(error?.stack ?? error)], counts: {}, nodeSeconds: 0, faults: '' };
  }
}
