/** The program that a thread or process of a node runs. */
const isSource = import.meta.url.endsWith('.ts');

/** It lies on a higher floor, where a node is put together; from here it is only a file to be run. */
export const outpost = new URL(`../node/outpost.${isSource ? 'ts' : 'js'}`, import.meta.url);

/**
 * What a thread is to run in order to load the module at `url`. It does not inherit that another one can load TypeScript: a
 * Node.js that does not strip types itself is made able to by `tsx`, if that is installed.
 */
export function entryFor(url: string): URL {
  const api = isToBeTaught(url) ? tsx('tsx/esm/api') : undefined;
  if (api === undefined) return outpost; // if it can't be loaded, that will say why
  const program = `import { register } from ${JSON.stringify(api)}; register(); await import(${JSON.stringify(outpost.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

/** The same for a process, as options of Node.js. */
export function execArgvFor(url: string): string[] {
  const given = [...process.execArgv];
  const isTaught = given.some(argument => argument.includes('tsx'));
  const hook = isToBeTaught(url) && !isTaught ? tsx('tsx/esm') : undefined;
  return hook === undefined ? given : [...given, '--import', hook];
}

const isToBeTaught = (url: string) =>
  (/\.[cm]?ts$/.test(url) || isSource) && !(process.features as { typescript?: unknown }).typescript;

function tsx(module: string): string | undefined {
  try {
    return import.meta.resolve(module);
  } catch {
    return undefined;
  }
}
