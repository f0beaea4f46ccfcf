/** Waiting with an end: whoever waits for what never comes learns what it was. */

/** How long, in ms, anything may take here: far more than it should, for a machine with more work than cores. */
export const deadline = 9000;

/** @throws Error that names `what` when it has not happened in time */
export async function within<T>(what: string, promise: Promise<T>, limit = deadline): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${limit} ms`)), limit);
    // One of several that are waited for may have been enough: the others hold nobody up.
    timer.unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
