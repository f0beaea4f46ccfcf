/** SIGINT and SIGTERM ask for an orderly end; a second one ends the process as if nobody listened. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * @param stop called once, at the first signal
 * @returns a function that listens no more
 */
export function onSignals(stop: () => void): () => void {
  const forget = () => {
    for (const signal of signals) process.off(signal, heard);
  };
  const heard = () => {
    forget();
    stop();
  };
  for (const signal of signals) process.on(signal, heard);
  return forget;
}
