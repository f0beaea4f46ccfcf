/** What lets a node of `startnode` be looked at. All of it is loaded only when it is asked for. */
import { readFileSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import { TroupeError } from '../base/errors.ts';
import { messageOf } from '../base/explain.ts';
import type { Node } from '../node/node.ts';
import { CannotStart } from './cannotStart.ts';

export interface LookingOptions {
  /** A console on a socket of this machine. */
  readonly debugging: boolean;
  /** The actor `/observe`, for other nodes. */
  readonly observable: boolean;
  readonly observableControl: boolean;
  /** `host:port`; undefined without a dashboard. */
  readonly dashboard: string | undefined;
  readonly dashboardControl: boolean;
  readonly dashboardToken: string | undefined;
  readonly dashboardTokenFile: string | undefined;
}

/** The options of the command line that say it. */
export const lookingKnown = {
  'remote-debugging': { type: 'boolean', short: 'd' },
  observable: { type: 'boolean' },
  'observable-control': { type: 'boolean' },
  dashboard: { type: 'string' },
  'dashboard-control': { type: 'boolean' },
  'dashboard-token': { type: 'string' },
  'dashboard-token-file': { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

/**
 * Opens what is asked for; it ends with the node.
 * @param isMember whether other nodes can reach this one
 * @throws CannotStart that says why it can't be opened
 */
export async function openLooking(
  node: Node,
  options: LookingOptions,
  isMember: boolean,
  log: { info(text: string): void },
): Promise<void> {
  const { debugging, observable, observableControl, dashboard, dashboardControl } = options;
  if (observableControl && !observable)
    throw new CannotStart('--observable-control is for --observable: give that as well');
  if (observable && !isMember)
    throw new CannotStart(
      '--observable is for a node that others can reach: give --remoting [host:]port, or --relays, as well',
    );
  if (dashboardControl && dashboard === undefined)
    throw new CannotStart('--dashboard-control is for --dashboard [host:]port: give that as well');
  try {
    if (isMember && (observable || debugging || dashboard !== undefined)) {
      const { observe } = await import('../observe/remote.ts');
      observe(node, { control: observableControl });
    }
    if (debugging) {
      const { openConsole } = await import('../observe/console/console.ts');
      const { path } = await openConsole(node);
      log.info(`console: troupe attach ${path}`);
    }
    if (dashboard !== undefined) log.info(`dashboard: ${await openDashboard(node, dashboard, options)}`);
  } catch (error) {
    // What is wrong with an option is known by its name there, and not by that of the flag.
    if (error instanceof TroupeError) throw error;
    throw new CannotStart(messageOf(error), { cause: error });
  }
}

const tokenHint =
  'a token comes from --dashboard-token-file FILE, or from TROUPE_DASHBOARD_TOKEN in the environment';

async function openDashboard(
  node: Node,
  address: string,
  { dashboardControl: control, dashboardToken, dashboardTokenFile }: LookingOptions,
): Promise<string> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = Number(address.slice(colon + 1));
  const token = dashboardTokenFile === undefined ? dashboardToken : readToken(dashboardTokenFile);
  const { dashboard } = await import('../observe/dashboard/dashboard.ts');
  try {
    return (await dashboard(node, { host, port, token, control })).url;
  } catch (error) {
    // It says what is wrong; where a token comes from is another matter here than in a program.
    if (!(error instanceof TypeError) || !error.message.includes('token')) throw error;
    throw new CannotStart(`${error.message}; ${tokenHint}`, { cause: error });
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CannotStart(`the file of the dashboard's token cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
