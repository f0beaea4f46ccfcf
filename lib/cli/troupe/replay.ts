/** `troupe replay`: feeds what a flight recorder has written to the actor that crashed. */
import { runReplay } from '../replay.ts';
import type { OwnCommand } from './command.ts';

export const replay: OwnCommand = {
  summary: 'feeds a recording to the actor that crashed, up to where it did',
  runOwn: args => runReplay(args),
};
