/** A file with the id of the process that an arbiter runs in, so that there is one of them, and others find it. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TroupeError } from '../../base/errors.ts';

/** The process that a pidfile names is alive. */
export class AlreadyRunning extends TroupeError {
  /** The id of that process. */
  readonly pid: number;

  constructor(file: string, pid: number) {
    super(
      'ALREADY_RUNNING',
      `already running on PID ${pid}, says ${file}: stop that process, or give another pidfile`,
    );
    this.pid = pid;
  }
}

/**
 * Writes the id of this process into a file; one of a process that is gone is replaced.
 * @returns what removes it, if it is still that of this process
 * @throws AlreadyRunning; an error of the file system when it can't be written
 */
export function claimPidfile(name: string): () => void {
  const file = resolve(name); // the working directory may change
  for (;;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx', mode: 0o644 });
      return releaseAtTheEnd(file);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    removeStale(file);
  }
}

/** @throws AlreadyRunning */
function removeStale(file: string): void {
  const aside = `${file}.${process.pid}`;
  const pid = pidIn(file);
  if (pid !== undefined && isOther(pid)) throw new AlreadyRunning(file, pid);
  // Set aside first: meanwhile somebody else may have replaced it by a file of his own.
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const found = pidIn(aside);
  try {
    if (found === undefined || !isOther(found)) return;
    putBack(aside, file);
    throw new AlreadyRunning(file, found);
  } finally {
    rmSync(aside, { force: true });
  }
}

function putBack(aside: string, file: string): void {
  try {
    linkSync(aside, file);
  } catch (error) {
    // There is another one already.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Also when the process ends before its arbiter. */
function releaseAtTheEnd(file: string): () => void {
  const end = () => release(file);
  process.once('exit', end);
  return () => {
    process.off('exit', end);
    end();
  };
}

function release(file: string): void {
  if (pidIn(file) === process.pid) rmSync(file, { force: true });
}

/** Undefined when there is no such file, or no id in it. */
function pidIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether it is a process that lives, and not this one: in a container the one before often had the same id. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
