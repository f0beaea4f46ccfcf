/**
 * The list of this node's memberships, on its way to one other node. It goes in portions, each when the one before has
 * arrived: so it is never sent again as a whole for one frame that is lost, and takes no room while the other does not listen.
 * Changes go past it: what has left meanwhile is not said any more, and what has come is said twice at most.
 */
import type { Announcement } from '../remoting/announcement.ts';
import type { Memberships } from './memberships.ts';

/** How many memberships are said at once. */
const portion = 1000;

/** @returns a number, of which `confirmed` is told; undefined when the other node is gone */
export type Say = (said: Announcement) => number | undefined;

export class GroupList {
  readonly #memberships: Memberships;
  readonly #left: Iterator<[group: string, path: string]>;
  readonly #say: Say;
  #awaited: number | undefined;
  #isSaid = false;

  constructor(memberships: Memberships, say: Say) {
    this.#memberships = memberships;
    this.#left = [...memberships].values();
    this.#say = say;
    say({ verb: 'begin', group: '', path: '' });
    this.#sayMore();
  }

  /** The other node has all up to that number; whether this is all of the list. */
  confirmed(number: number): boolean {
    if (this.#awaited === undefined || number < this.#awaited) return false;
    if (this.#isSaid) return true;
    this.#sayMore();
    return false;
  }

  #sayMore(): void {
    for (let said = 0; said < portion; ) {
      const next = this.#left.next();
      if (next.done) {
        this.#isSaid = true;
        this.#awaited = this.#say({ verb: 'end', group: '', path: '' });
        return;
      }
      const [group, path] = next.value;
      if (!this.#memberships.has(group, path)) continue;
      this.#awaited = this.#say({ verb: 'join', group, path });
      said++;
    }
  }
}
