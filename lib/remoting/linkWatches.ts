/** Who watches whom across one link, in both directions. */
import { isAskPath } from '../core/ask.ts';
import type { TerminationReason } from '../core/message.ts';
import type { Ref } from '../core/ref.ts';

interface Watch {
  readonly watcher: Ref;
  readonly watched: Ref;
}

/** An ask watches one actor only. */
const keyOf = (watcherPath: string, watchedPath: string) =>
  isAskPath(watcherPath) ? watcherPath : `${watcherPath} ${watchedPath}`;

export class LinkWatches {
  /** Someone here watches an actor over there. */
  readonly #ours = new Map<string, Watch>();
  /** Someone over there watches an actor here. */
  readonly #theirs = new Map<string, Watch>();

  addOurs(watcher: Ref, watched: Ref): void {
    this.#ours.set(keyOf(watcher.path, watched.path), { watcher, watched });
  }

  /** @returns whether there was such a watch */
  removeOurs(watcher: Ref, watched: Ref): boolean {
    return this.#ours.delete(keyOf(watcher.path, watched.path));
  }

  /** An actor over there has ended: whoever watches it here is told, once. */
  hasTerminated(watcherPath: string, watchedPath: string, reason: TerminationReason): void {
    const key = keyOf(watcherPath, watchedPath);
    const entry = this.#ours.get(key);
    if (entry === undefined) return;
    this.#ours.delete(key);
    entry.watcher.inlet.signal({ type: 'terminated', ref: entry.watched, reason }, entry.watcher);
  }

  addTheirs(watcher: Ref, watched: Ref): void {
    const key = keyOf(watcher.path, watched.path);
    if (this.#theirs.has(key)) return;
    this.#theirs.set(key, { watcher, watched });
    watched.inlet.signal({ type: 'watch', watcher }, watched);
  }

  removeTheirs(watcherPath: string, watchedPath: string): void {
    const key = keyOf(watcherPath, watchedPath);
    const entry = this.#theirs.get(key);
    if (entry === undefined) return;
    this.#theirs.delete(key);
    entry.watched.inlet.signal({ type: 'unwatch', watcher: entry.watcher }, entry.watched);
  }

  /** An actor here has ended, and its watcher over there is about to be told. */
  forgetTheirs(watcher: Ref, watched: Ref): void {
    this.#theirs.delete(keyOf(watcher.path, watched.path));
  }

  /** Nobody over there watches any more. */
  endTheirs(): void {
    const theirs = [...this.#theirs.values()];
    this.#theirs.clear();
    for (const { watcher, watched } of theirs) watched.inlet.signal({ type: 'unwatch', watcher }, watched);
  }

  /** The link has ended: all watchers here are told, and none over there is left. */
  end(reason: TerminationReason): void {
    this.endTheirs();
    const ours = [...this.#ours.values()];
    this.#ours.clear();
    for (const { watcher, watched } of ours)
      watcher.inlet.signal({ type: 'terminated', ref: watched, reason }, watcher);
  }
}
