/** What signals do. SIGINT and SIGTERM: the first asks for an orderly end, the second ends the process at once. */

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** @param reload called at each SIGHUP, which otherwise would end the process */
export function onHangup(reload: () => void): void {
  process.on('SIGHUP', reload);
}

/** @param stop called once, at the first signal, with the exit code that it stands for and its name */
export function onSignal(stop: (exitCode: number, signal: string) => void): void {
  let isStopping = false;
  for (const [signal, exitCode] of Object.entries(exitCodes)) {
    process.on(signal, () => {
      if (isStopping) process.exit(exitCode);
      isStopping = true;
      stop(exitCode, signal);
    });
  }
}
