/** What signals mean to an arbiter. They come to the process, and so to all arbiters in it that listen. */
import { constants } from 'node:os';

export interface SignalActions {
  /** TERM and INT, the first time; the second time the process ends at once. */
  stop(signal: string): void;
  /** HUP. */
  reload(): void;
  /** TTIN: 1, TTOU: -1. */
  grow(by: 1 | -1): void;
}

/** @returns what ends that */
export function onSignals({ stop, reload, grow }: SignalActions): () => void {
  let isStopping = false;
  const end = (signal: 'SIGTERM' | 'SIGINT') => {
    if (isStopping) process.exit(128 + constants.signals[signal]);
    isStopping = true;
    stop(signal);
  };
  const actions: Readonly<Record<string, () => void>> = {
    SIGTERM: () => end('SIGTERM'),
    SIGINT: () => end('SIGINT'),
    SIGHUP: reload,
    SIGTTIN: () => grow(1),
    SIGTTOU: () => grow(-1),
  };
  // Not every platform has all of them.
  const present = Object.entries(actions).filter(([signal]) => signal in constants.signals);
  for (const [signal, action] of present) process.on(signal, action);
  return () => {
    for (const [signal, action] of present) process.off(signal, action);
  };
}
