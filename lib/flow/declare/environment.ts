/** Variables of the environment in the texts of a file: `${NAME}`, `${NAME:-default}`; `$${` is `${` itself. */
import { show } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import { SetupError } from '../events/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
/** Hears of every variable whose value is used. */
export type OnUse = (name: string, value: string) => void;

const inside = /^([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * The text with its variables filled in. A text without quotes that is nothing but one variable becomes the number, `true`,
 * `false` or `null` that it spells, as it would if it stood there itself.
 * @throws SetupError that names the variable that is not set and has no default, or what is no variable
 */
export function interpolate(text: string, isPlain: boolean, env: Environment, onUse?: OnUse): unknown {
  if (!text.includes('${')) return text;
  const filled = fill(text, env, onUse);
  const isWhole = text.startsWith('${') && endOf(text, 2) === text.length - 1;
  return isPlain && isWhole ? scalarOf(filled) : filled;
}

/** Defaults may have variables themselves; values are taken as they are. */
function fill(text: string, env: Environment, onUse: OnUse = () => {}): string {
  let filled = '';
  let at = 0;
  for (let start = text.indexOf('${'); start !== -1; start = text.indexOf('${', at)) {
    if (start > at && text[start - 1] === '$') {
      filled += `${text.slice(at, start - 1)}\${`;
      at = start + 2;
      continue;
    }
    const end = endOf(text, start + 2);
    if (end === -1)
      throw new SetupError(
        `${show(text.slice(start))} has no end: close it with }, or write $\${ for the text itself`,
      );
    filled += text.slice(at, start) + valueFor(text.slice(start + 2, end), env, onUse);
    at = end + 1;
  }
  return filled + text.slice(at);
}

/** Where the brace is that closes what is open at `from`; -1 when there is none. */
function endOf(text: string, from: number): number {
  let open = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') open++;
    else if (text[at] === '}' && --open === 0) return at;
  }
  return -1;
}

function valueFor(name: string, env: Environment, onUse: OnUse): string {
  const [, variable, fallback] = inside.exec(name) ?? [];
  if (variable === undefined)
    throw new SetupError(
      `\${${name}} names no variable: write \${NAME} or \${NAME:-default}, or $\${ for the text itself`,
    );
  const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
  // As in a shell, what is empty has the default too.
  if (value !== undefined && (value !== '' || fallback === undefined)) {
    onUse(variable, value);
    return value;
  }
  if (fallback !== undefined) return fill(fallback, env, onUse);
  throw new SetupError(
    `the environment variable ${variable} is not set${didYouMean(variable, Object.keys(env))}; set it, or give a default: \${${variable}:-…}`,
  );
}

const words: readonly (readonly [RegExp, unknown])[] = [
  [/^(true|True|TRUE)$/, true],
  [/^(false|False|FALSE)$/, false],
  [/^(null|Null|NULL|~)$/, null],
  [/^\+?\.(inf|Inf|INF)$/, Number.POSITIVE_INFINITY],
  [/^-\.(inf|Inf|INF)$/, Number.NEGATIVE_INFINITY],
  [/^\.(nan|NaN|NAN)$/, Number.NaN],
];
const number = /^([-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+)$/i;

/** What YAML makes of a text without quotes. */
function scalarOf(text: string): unknown {
  const word = words.find(([pattern]) => pattern.test(text));
  if (word !== undefined) return word[1];
  return number.test(text) ? Number(text) : text;
}
