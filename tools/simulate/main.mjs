// Simulates: `npm run simulate -- --seeds 1000`. See docs/reliability.md.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enough, missed } from './counters.mjs';
import { simulate } from './crew.mjs';
import { withPlant } from './plant.mjs';
import { plants } from './plants.mjs';

const usage = `npm run simulate -- [options]
  --seeds N     how many runs (200)
  --from N      the first seed (1)
  --seed N      this run alone, twice, with all that it violates
  --nodes N     so many nodes in every run, instead of 3 to 7
  --plants      instead: plant each bug of tools/simulate/plants.mjs, and see whether it is found
  --plant TEXT  only those whose name has this text
  --most N      the seeds in which a planted bug must be found (2000)
  --verbose     a line for each seed`;

const own = fileURLToPath(new URL('../../dist', import.meta.url));
const processes = Math.min(2, availableParallelism());

const options = read();
if (options !== undefined) process.exitCode = (await (options.plants ? seekPlants() : seekBugs())) ? 0 : 1;

function read() {
  const number = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  try {
    const { values } = parseArgs({
      options: {
        seeds: number,
        from: number,
        seed: number,
        nodes: number,
        most: number,
        plant: { type: 'string' },
        plants: flag,
        verbose: flag,
        help: flag,
      },
    });
    if (!values.help) return checked(values);
    console.log(usage);
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

function checked(values) {
  for (const name of ['seeds', 'from', 'seed', 'nodes', 'most']) {
    const text = values[name];
    if (text === undefined) continue;
    if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} takes a whole number from 1 up, not ${text}`);
    values[name] = Number(text);
  }
  if (values.nodes === 1) throw new Error('--nodes takes a number from 2 up');
  return { ...values, plants: values.plants || values.plant !== undefined };
}

/** How to run a seed again. */
function replay(seed) {
  const more = options.nodes === undefined ? '' : ` --nodes ${options.nodes}`;
  return `npm run simulate -- --seed ${seed}${more}`;
}

async function seekBugs() {
  const { seed, from = seed ?? 1, seeds: count = seed === undefined ? 200 : 1, nodes, verbose } = options;
  const isAlone = seed !== undefined;
  const counts = {};
  const failed = [];
  let [done, nodeSeconds] = [0, 0];
  const started = performance.now();
  const run = { dist: own, seeds: range(from, count), processes: isAlone ? 1 : processes };
  await simulate({ ...run, options: { nodes, repeats: isAlone } }, result => {
    done++;
    nodeSeconds += result.nodeSeconds;
    for (const [name, by] of Object.entries(result.counts)) counts[name] = (counts[name] ?? 0) + by;
    if (verbose || isAlone)
      console.log(`seed ${result.seed}: trace ${result.hash}, faults: ${result.faults || 'none'}`);
    if (result.violations.length > 0) {
      failed.push(result.seed);
      tell(result, isAlone || verbose);
    }
    if (done % 1000 === 0) console.log(`${done} of ${count}, ${failed.length} failed`);
  });
  const seconds = (performance.now() - started) / 1000;
  if (isAlone || count >= enough || verbose) table(counts);
  console.log(
    `${done} seeds in ${seconds.toFixed(1)} s, ${processes} processes: ${Math.round(nodeSeconds / seconds)} simulated node-seconds a second`,
  );
  const unseen = done >= enough && nodes === undefined ? missed(counts) : [];
  for (const name of unseen) console.log(`never seen: ${name}`);
  console.log(
    failed.length === 0
      ? 'no violation'
      : `${failed.length} seeds failed: ${failed
          .sort((a, b) => a - b)
          .slice(0, 20)
          .join(', ')}`,
  );
  return failed.length === 0 && unseen.length === 0;
}

async function seekPlants() {
  const { plant = '', most = 2000, nodes } = options;
  const chosen = plants.filter(({ name }) => name.includes(plant));
  let hasFoundAll = chosen.length > 0;
  for (const bug of chosen) {
    const found = await withPlant(bug, dist => firstFailure(dist, most, { nodes }));
    if (found === undefined) hasFoundAll = false;
    console.log(
      found === undefined
        ? `NOT FOUND in ${most} seeds: ${bug.name} (lib/${bug.file})`
        : `found by seed ${found.seed}: ${bug.name}\n    ${found.violations[0].split('\n')[0]}`,
    );
  }
  return hasFoundAll;
}

async function firstFailure(dist, most, scenario) {
  let found;
  await simulate({ dist, seeds: range(1, most), processes, options: scenario }, result => {
    if (result.violations.length === 0) return true;
    if (found === undefined || result.seed < found.seed) found = result;
    return false;
  });
  return found;
}

function* range(from, count) {
  for (let seed = from; seed < from + count; seed++) yield seed;
}

function tell({ seed, violations }, isFull) {
  console.log(`seed ${seed} failed; replay it with: ${replay(seed)}`);
  for (const text of isFull ? violations : violations.slice(0, 3)) console.log(`    ${text}`);
  if (!isFull && violations.length > 3) console.log(`    and ${violations.length - 3} more`);
}

function table(counts) {
  for (const name of Object.keys(counts).sort()) console.log(`${String(counts[name]).padStart(10)}  ${name}`);
}
