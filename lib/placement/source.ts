/** Which class, of which module: what another thread or process needs in order to make an actor. */
import { show } from '../base/errors.ts';
import { splitExport, urlOfModule } from '../base/modules.ts';
import { Actor } from '../core/actor.ts';
import { Props } from '../core/props.ts';

export interface Source {
  /** Where the module is; the name of a package that only `import` can find. */
  readonly url: string;
  /** Under which name it exports the class. */
  readonly className: string;
}

const how =
  "put `static module = import.meta.url` into the class and export it, or give './file.js#Class' or 'package#Class' in its place";

/** A recipe for what can be loaded elsewhere. @throws TypeError that says what is missing */
export function portable(what: unknown, on: string): Props {
  if (typeof what === 'string') {
    const { className } = parse(what);
    return new Props(className, () => ({}), undefined, undefined, className, what);
  }
  const { origin, props } = what instanceof Props ? { origin: what.origin, props: what } : of(what);
  // A text that has been given parameters.
  if (typeof origin === 'string') {
    parse(origin);
    return props;
  }
  if (!(typeof origin === 'function' && origin.prototype instanceof Actor)) {
    throw new TypeError(
      `spawn with on: ${on} takes a class that its module exports, not ${show(origin ?? what)}, which can't be sent there; ${how}`,
    );
  }
  sourceOf(props);
  return props;
}

function of(what: unknown): { origin: unknown; props: Props } {
  const isClass = typeof what === 'function' && what.prototype instanceof Actor;
  const { name, accepts } = (isClass ? what : {}) as typeof Actor;
  const props = new Props(name ?? '', () => ({}), undefined, accepts, undefined, what);
  return { origin: what, props };
}

/** @throws TypeError when the class does not name its module */
export function sourceOf({ origin, title }: Props): Source {
  if (typeof origin === 'string') return parse(origin);
  const { name, module } = origin as { name: string; module?: unknown };
  if (Object.hasOwn(origin as object, 'module') && typeof module === 'string') {
    if (module.includes('#')) return parse(module);
    if (name !== '') return { url: module, className: name };
  }
  throw new TypeError(
    `the class ${title} does not say which module it is in, so another thread can't load it; ${how}`,
  );
}

function parse(text: string): Source {
  const found = splitExport(text);
  if (found === undefined)
    throw new TypeError(
      `${show(text)} names no class of a module; write './file.js#Class' or 'package#Class'`,
    );
  return { url: urlOfModule(found.module), className: found.name };
}
