// How a scenario is measured: a warm-up, then runs of it and of the bare loop that bounds it, in turn; medians and their ratio.
const runs = 5;

export const turn = () => new Promise(resolve => setImmediate(resolve));

const median = values => values.sort((a, b) => a - b)[values.length >> 1];

/** The seconds that a run takes; what it gives back is called afterwards, to clean up. */
async function timed(run) {
  const start = performance.now();
  const cleanUp = await run();
  const seconds = (performance.now() - start) / 1000;
  await cleanUp?.();
  return seconds;
}

/**
 * @param scenario its name
 * @param ops how many operations one run does
 * @param run does them, and checks that they were done
 * @param bare the same work without a runtime: an array as queue and a function call
 */
export async function measure(scenario, ops, run, bare) {
  await timed(run);
  await timed(bare);
  const seconds = [];
  const bareSeconds = [];
  for (let i = 0; i < runs; i++) {
    seconds.push(await timed(run));
    bareSeconds.push(await timed(bare));
  }
  const [own, bound] = [median(seconds), median(bareSeconds)];
  print({
    scenario,
    ops,
    perSecond: Math.round(ops / own),
    barePerSecond: Math.round(ops / bound),
    ratio: Number((bound / own).toFixed(3)),
  });
}

export const print = line => console.log(JSON.stringify(line));

/** Every message told is in exactly one bin, or the bench is wrong. */
export function checkBooks(node) {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  const sum = handled + unhandled + queued + stashed + deadLetters.total;
  if (sent !== sum) throw new Error(`the books are wrong: ${sent} sent, ${sum} in the bins`);
}

/** A promise and what resolves it. */
export function signal() {
  let done;
  const promise = new Promise(resolve => {
    done = resolve;
  });
  return { promise, done };
}
