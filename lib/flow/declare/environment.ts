/** Variables of the environment in the texts of a file: `${NAME}`, `${NAME:-default}`; `$${` is `${` itself. */
import { show } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import { SetupError } from '../events/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const place = /\$\$\{|\$\{([^}]*)(\}?)/g;
const inside = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * The text with its variables filled in. A text without quotes that is nothing but one variable becomes the number, `true`,
 * `false` or `null` that it spells, as it would if it stood there itself.
 * @throws SetupError that names the variable that is not set and has no default, or what is no variable
 */
export function interpolate(text: string, isPlain: boolean, env: Environment): unknown {
  if (!text.includes('${')) return text;
  let isWhole = false;
  const filled = text.replace(place, (found, name?: string, end?: string) => {
    if (name === undefined) return '${';
    isWhole = found === text;
    if (end === '')
      throw new SetupError(`${show(found)} has no end: close it with }, or write $\${ for the text itself`);
    return valueFor(name, env);
  });
  return isPlain && isWhole ? scalarOf(filled) : filled;
}

function valueFor(name: string, env: Environment): string {
  const [, variable, fallback] = inside.exec(name) ?? [];
  if (variable === undefined)
    throw new SetupError(
      `\${${name}} names no variable: write \${NAME} or \${NAME:-default}, or $\${ for the text itself`,
    );
  const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
  // As in a shell, what is empty has the default too.
  if (value !== undefined && (value !== '' || fallback === undefined)) return value;
  if (fallback !== undefined) return fallback;
  throw new SetupError(
    `the environment variable ${variable} is not set${didYouMean(variable, Object.keys(env))}; set it, or give a default: \${${variable}:-…}`,
  );
}

const words = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** What YAML makes of a text without quotes. */
function scalarOf(text: string): unknown {
  if (words.has(text)) return words.get(text);
  return /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : text;
}
