import { assert } from 'chai';
import { type Action, lives, table } from '../../lib/core/life.ts';
import type { Signal } from '../../lib/core/message.ts';

const signals: readonly Signal<unknown>['type'][] = [
  'hold',
  'release',
  'resume',
  'restart',
  'endInstance',
  'begin',
  'stop',
  'giveUpChild',
  'kill',
  'watch',
  'unwatch',
  'terminated',
  'link',
  'unlink',
  'exited',
  'abandoned',
  'childFailed',
  'childStopped',
];

describe('the life table', () => {
  for (const life of lives) {
    it(`has an action for every signal: ${life}`, () => {
      assert.sameMembers(Object.keys(table[life]), [...signals]);
    });

    it(`takes a watcher in every state: ${life}`, () => {
      assert.equal(table[life].watch, 'addWatcher');
    });
  }

  /** What is different from one state to the next, and why it matters. */
  const rows: [
    state: (typeof lives)[number],
    signal: Signal<unknown>['type'],
    action: Action,
    why: string,
  ][] = [
    ['running', 'resume', 'ignore', 'only a failure is forgiven'],
    ['suspended', 'resume', 'resume', 'a failure is forgiven'],
    ['busy', 'stop', 'stop', 'the cell waits for the work itself'],
    ['restarting', 'stop', 'stopInstead', 'a stop during a restart is not lost'],
    ['restarting', 'giveUpChild', 'stopInstead', 'a stop during a restart is not lost'],
    ['restarting', 'restart', 'ignore', 'one restart is enough'],
    ['restarting', 'endInstance', 'ignore', 'it ends already'],
    ['running', 'begin', 'ignore', 'only a restart in two steps is waiting for it'],
    ['restarting', 'kill', 'kill', 'a kill waits for nothing'],
    ['restarting', 'childFailed', 'ignoreFailure', 'the child is about to go'],
    ['restarting', 'childStopped', 'bury', 'the restart waits for it'],
    ['stopping', 'stop', 'hurry', 'it may have been stopped without a limit before'],
    ['stopping', 'endInstance', 'hurry', 'a supervisor that restarts it waits no longer than it may take'],
    ['stopping', 'kill', 'kill', 'a kill cuts a stop short'],
    ['stopping', 'restart', 'ignore', 'a stop is final'],
    ['stopping', 'begin', 'ignore', 'a stop is final'],
    ['stopping', 'childFailed', 'ignoreFailure', 'the child is about to go'],
    ['stopping', 'childStopped', 'bury', 'the stop waits for it'],
    ['stopped', 'stop', 'ignore', 'nothing comes after the end'],
    ['stopped', 'kill', 'ignore', 'nothing comes after the end'],
    ['stopped', 'restart', 'ignore', 'nothing comes after the end'],
    ['stopped', 'terminated', 'ignore', 'nobody is there to be told'],
    ['stopping', 'link', 'addLink', 'it is told of the end that comes'],
    ['stopped', 'link', 'addLink', 'who links too late is told'],
    ['restarting', 'exited', 'exit', 'a restart is no end, and keeps links'],
    ['stopped', 'exited', 'ignore', 'nobody is there to be told'],
    ['suspended', 'childStopped', 'bury', 'the end of a child must not wedge its suspended parent'],
    ['suspended', 'childFailed', 'supervise', 'children are decided about also then'],
  ];
  for (const [state, signal, action, why] of rows) {
    it(`answers ${signal} while ${state} with ${action}: ${why}`, () => {
      assert.equal(table[state][signal], action);
    });
  }
});
