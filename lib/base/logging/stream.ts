/** Lines to standard error and the like, which may be gone. */

const nothing = () => {};

/** Streams to which lines could not be written. */
const broken = new WeakSet<object>();

/** Writes a line. When the other end of a pipe is closed, the line is lost and nothing else happens. */
export function writeLine(stream: NodeJS.WritableStream, line: string): void {
  // An error that nobody listens to would end the process. This is called before it is told of: for each line that was
  // under way, so it is listened to for good.
  const failed = (error?: Error | null) => {
    if (!error || broken.has(stream)) return;
    broken.add(stream);
    stream.on('error', nothing);
  };
  try {
    stream.write(`${line}\n`, failed);
  } catch (error) {
    failed(error as Error);
  }
}
