// What tools/bench/tasks.mjs has done: by a queue of ours, and by a pool of piscina, the same functions.
/** Computes for about so many ms, and gives what it is given. */
export function spin({ ms, id }) {
  const until = performance.now() + ms;
  while (performance.now() < until);
  return id;
}

/** Computes something of a fixed size: about 10 µs here. */
export function hash({ id, rounds }) {
  let value = id | 1;
  for (let i = 0; i < rounds; i++) value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) + i;
  return value >>> 0;
}

/** Ends its worker the first time. */
export function die({ how }, { attempt }) {
  if (attempt > 1) return;
  if (how === 'exit') process.exit(1);
  process.kill(process.pid, how);
  for (;;);
}
