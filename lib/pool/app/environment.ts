/** Reads the settings of an app that are in the environment. */
import type { Definition } from './definition.ts';
import type { Line } from './line.ts';
import type { Layer } from './resolve.ts';

/** A variable that is empty counts as not given: that is how a shell and a container take one back. */
export function readEnvironment(line: Line, app: Definition, env: NodeJS.ProcessEnv): Layer {
  const own = line.entries.filter(entry => entry.app === app);
  const variables = new Map(own.map(({ name, variable }) => [name, variable]));
  const given = own.flatMap(({ name, variable }) => {
    const value = variable === undefined ? undefined : env[variable];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return {
    name: 'env',
    isText: true,
    values: Object.fromEntries(given),
    source: name => variables.get(name) ?? '(no variable)',
  };
}
