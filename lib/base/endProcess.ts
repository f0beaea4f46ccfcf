/** The end of this process, when all that it has written is out. */

/** What the modules of the user have left open does not keep it alive. */
export async function endProcess(exitCode: number): Promise<never> {
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(exitCode);
}

const flushed = (stream: NodeJS.WriteStream) =>
  new Promise<void>(resolve => {
    if (stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
