/** Starts an app whose settings are known. */
import { consoleLogger, type Logger } from '../../base/log.ts';
import { type Clock, systemClock } from '../../base/world.ts';
import type { Arbiter } from '../arbiter/arbiter.ts';
import type { Definition } from './definition.ts';
import { enter } from './installed.ts';
import type { Resolved } from './resolve.ts';
import { RunningApp } from './runningApp.ts';
import type { SettingsSchema } from './schema.ts';

export interface LaunchOptions {
  readonly isOwn?: boolean;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** @throws NameConflict when an app of that name runs there; NodeStopped; what `setup` throws */
export async function launch<S extends SettingsSchema>(
  definition: Definition<S>,
  resolved: Resolved<S>,
  arbiter: Arbiter,
  { isOwn = false, logger = consoleLogger, clock = systemClock }: LaunchOptions = {},
): Promise<RunningApp<S>> {
  let leave = () => {};
  const stage = { arbiter, isOwn, log: logger, clock, release: () => leave() };
  const app = new RunningApp(definition, resolved, stage);
  leave = enter(app as unknown as RunningApp);
  await app.begin();
  return app;
}
