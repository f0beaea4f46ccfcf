/** Lines to standard error and the like, which may be gone. */

const nothing = () => {};

/** Writes a line. When the other end of a pipe is closed, the line is lost and nothing else happens. */
export function writeLine(stream: NodeJS.WritableStream, line: string): void {
  // An error that nobody listens to would end the process. It may come at once (files, terminals) or later (pipes).
  const failed = (error?: Error | null) => {
    if (error && stream.listenerCount('error') === 0) stream.once('error', nothing);
  };
  const isHeard = stream.listenerCount('error') > 0;
  if (!isHeard) stream.once('error', nothing);
  try {
    stream.write(`${line}\n`, failed);
  } catch {
    // it is gone
  } finally {
    if (!isHeard) stream.removeListener('error', nothing);
  }
}
