/** The functions that examples/tasks.ts has done in threads. */
import type { Job } from 'troupe/pool';

export function countPrimes({ below }: { below: number }): number {
  let count = 0;
  for (let n = 2; n < below; n++) if (isPrime(n)) count++;
  return count;
}

/** A mistake that never ends. */
export function getStuck(): void {
  for (;;) Math.sqrt(2);
}

/** Would go on for ever, but looks whether it is wanted. */
export function search(_: undefined, job: Job): void {
  for (let n = 2, found = 0; !job.isCancelled; n++) if (isPrime(n)) job.progress(++found);
}

export function crashOnce(_: undefined, job: Job): number {
  if (job.attempt === 1) process.exit(1);
  return job.attempt;
}

function isPrime(n: number): boolean {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return true;
}
