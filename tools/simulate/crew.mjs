// Shares seeds out to processes, one seed at a time, and replaces a process that hangs on one or dies of it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
/** How long, in ms of this machine's time, one seed may take: a thousand times what it takes. */
const patience = 60_000;

/**
 * Simulates seeds with the runtime in `dist`.
 * @param told is called with the result of each seed; the run ends when it returns false
 */
export function simulate({ dist, seeds, processes, options }, told) {
  const waiting = seeds[Symbol.iterator]();
  let isOver = false;

  const member = () =>
    new Promise(resolve => {
      const child = fork(worker, [dist], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      let seed;
      let timer;
      let hasReported = true;
      const report = result => {
        clearTimeout(timer);
        hasReported = true;
        if (!isOver && told(result) === false) isOver = true;
      };
      const fails = text =>
        report({ seed, violations: [text], counts: {}, nodeSeconds: 0, faults: '', hash: '' });
      const next = () => {
        const { value, done } = isOver ? { done: true } : waiting.next();
        if (done) return child.disconnect();
        seed = value;
        hasReported = false;
        timer = setTimeout(() => {
          fails(`it did not end within ${patience / 1000} s of real time`);
          child.kill('SIGKILL');
        }, patience);
        child.send({ seed, options });
      };
      child.on('message', ({ type, ...result }) => {
        if (type === 'done') report(result);
        next();
      });
      child.on('exit', code => {
        if (hasReported && code === 0) return resolve();
        if (!hasReported) fails(`the process ended with ${code}`);
        // Another one goes on where this one was lost; one that can't even begin is not replaced.
        resolve(isOver || seed === undefined ? undefined : member());
      });
    });

  return Promise.all(Array.from({ length: processes }, member));
}
