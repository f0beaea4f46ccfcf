/** Errors of the process that nobody caught, told to whoever records. */

const hearers = new Set<(error: unknown) => void>();

const tell = (error: unknown) => {
  for (const hear of [...hearers]) hear(error);
};

/**
 * Calls `hear` with each error that nobody has caught; what becomes of the process is not its matter.
 * One listener for all: Node.js takes more than ten for a leak.
 * @returns what ends that
 */
export function onCrash(hear: (error: unknown) => void): () => void {
  if (hearers.size === 0) process.on('uncaughtExceptionMonitor', tell);
  hearers.add(hear);
  return () => {
    if (hearers.delete(hear) && hearers.size === 0) process.off('uncaughtExceptionMonitor', tell);
  };
}
