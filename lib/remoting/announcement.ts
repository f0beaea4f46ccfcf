/** What nodes tell each other about their groups: one system record for each thing. */
import { isPrivate } from './policy.ts';
import type { SystemRecord } from './wire.ts';

/** `discover`: tell me your members. `begin`: here are all of them. `end`: these were all. */
const verbs = ['discover', 'begin', 'join', 'leave', 'end'] as const;

export interface Announcement {
  readonly verb: (typeof verbs)[number];
  /** Empty unless somebody joins or leaves. */
  readonly group: string;
  /** Who joins or leaves, on the node that says so; empty for the others. */
  readonly path: string;
}

/** The word among the features of a node that understands them. */
export const groupsFeature = 'groups';

const longestName = 200;
/** The longest path of a member, in characters. */
export const longestMemberPath = 1000;

/** Whether it can name a group, and is the same text when it has crossed the wire. */
export const isGroupName = (name: unknown): name is string =>
  typeof name === 'string' && name !== '' && name.length <= longestName && !/\p{Surrogate}/u.test(name);

/** Whether an actor at that path can be a member: none that belongs to the runtime. */
export const isMemberPath = (path: string) =>
  path.startsWith('/') && path.length <= longestMemberPath && !isPrivate(path);

/** What a record says; a text that tells what is wrong with it. */
export function readAnnouncement({
  path,
  address: group,
  reason,
}: Omit<SystemRecord, 'number'>): Announcement | string {
  const verb = verbs.find(one => one === reason);
  if (verb === undefined) return 'nothing that is said about groups';
  const isAboutMember = verb === 'join' || verb === 'leave';
  if (isAboutMember && !isGroupName(group)) return 'a group with a bad name';
  if (isAboutMember && !isMemberPath(path)) return 'a member of a group that can be none';
  return { verb, group, path };
}
