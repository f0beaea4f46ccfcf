/**
 * Where the sockets of consoles are: a folder that only its owner can enter. Whoever can open such a socket can do all that the
 * process can do, so nothing here trusts what it finds.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConsoleError } from './consoleError.ts';

const isWindows = process.platform === 'win32';
/** What the kernel takes, the zero at the end included: 104 on macOS, 108 on Linux. */
const longestPath = 103;

/** The folder of this user's sockets: below $XDG_RUNTIME_DIR where that is one of this user's, else below that for temporary files. */
export function consoleFolder(env: NodeJS.ProcessEnv = process.env): string {
  return foldersOf(env)[0] as string;
}

/** Where they may be, the usual place first: a service has other variables than who looks at it. */
function foldersOf({ XDG_RUNTIME_DIR = '' }: NodeJS.ProcessEnv): string[] {
  const temporary = join(tmpdir(), `troupe-${process.getuid?.() ?? 'user'}`);
  if (!XDG_RUNTIME_DIR.startsWith('/') || !isOwn(XDG_RUNTIME_DIR)) return [temporary];
  return [join(XDG_RUNTIME_DIR, 'troupe'), temporary];
}

/** Whether it is a folder of this user, and not only leads to one. */
function isOwn(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

/** The socket of the nth console of a process. On Windows a named pipe: it has no folder, and its owner is whoever made it. */
export function socketOf(pid: number, n = 1): string {
  const name = n === 1 ? String(pid) : `${pid}-${n}`;
  return isWindows ? `\\\\.\\pipe\\troupe-${name}` : join(consoleFolder(), `${name}.sock`);
}

/** @throws ConsoleError that says why no socket can be there */
export function checkPath(path: string): void {
  if (isWindows || Buffer.byteLength(path) <= longestPath) return;
  throw new ConsoleError(
    `the path of a console's socket can have ${longestPath} bytes at the most, not ${Buffer.byteLength(path)}: ${path}; give a shorter one`,
  );
}

/**
 * Makes the folder for a socket, unless it is there.
 * @throws ConsoleError when others could enter it
 */
export function prepareFolder(path: string): void {
  if (isWindows || dirname(path) !== consoleFolder()) return;
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOwn(folder))
    throw new ConsoleError(
      `${folder} is no folder of this user: a console there would not be safe; remove it`,
    );
  if (!isClosed(folder)) chmodSync(folder, 0o700);
}

/** Whether nobody but its owner can enter the folder, or open the socket. */
const isClosed = (path: string) => (lstatSync(path).mode & 0o077) === 0;

/** @throws ConsoleError when others than its owner could open the socket */
export function checkSocket(path: string): void {
  if (isWindows) return;
  if (!isClosed(path))
    throw new ConsoleError(`others could open the console's socket ${path}: give another place for it`);
}

/** A console of this user. */
export interface Place {
  readonly path: string;
  readonly pid: number;
}

/** The consoles of this user's processes; what dead ones have left is removed. None on Windows, where pipes have no folder. */
export async function findConsoles(): Promise<Place[]> {
  if (isWindows) return [];
  // Whoever could put a socket into the folder could read what is typed.
  const folders = foldersOf(process.env).filter(folder => isOwn(folder) && isClosed(folder));
  const places = folders.flatMap(folder =>
    readdirSync(folder).flatMap((name): Place[] => {
      const pid = /^(\d+)(?:-\d+)?\.sock$/.exec(name)?.[1];
      return pid === undefined ? [] : [{ path: join(folder, name), pid: Number(pid) }];
    }),
  );
  const answers = await Promise.all(places.map(({ path }) => removeIfDead(path)));
  return places.filter((_, index) => !answers[index]).sort((a, b) => a.pid - b.pid);
}

/** Removes a socket behind which nobody listens; a process id alone would not tell: it may be of another container. */
export async function removeIfDead(path: string): Promise<boolean> {
  // To connect to a file is refused, too.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  const isDead = await new Promise<boolean>(resolve => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
  if (isDead) rmSync(path, { force: true });
  return isDead;
}
