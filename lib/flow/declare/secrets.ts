/** Keeps what is nobody's business out of what is told about a file: the values of variables such as `DB_PASSWORD`. */

const secretName = /pass|pwd|secret|token|credential|auth|private|(^|_)key(_|$)|apikey/i;
/** With the password in it. */
const secretUrl = /^[a-z][a-z\d+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i;

/** Shorter values are found in too much else; and of longer ones, a beginning like this tells too much. */
const [least, prefix] = [4, 8];

export class Secrets {
  readonly #names = new Map<string, string>();

  /** Takes note of the value of a variable, if its name or the value says that it is a secret. */
  note(name: string, value: string): void {
    if (value.length >= least && (secretName.test(name) || secretUrl.test(value)))
      this.#names.set(value, name);
  }

  /** The text with the names of variables in the place of their values, also where these are cut short or escaped. */
  hidden(text: string): string {
    const values = [...this.#names.keys()].sort((a, b) => b.length - a.length);
    return values.reduce((hidden, value) => without(hidden, value, `\${${this.#names.get(value)}}`), text);
  }
}

function without(text: string, value: string, name: string): string {
  const forms = [value, JSON.stringify(value).slice(1, -1)];
  let [made, at] = ['', 0];
  for (;;) {
    const starts = forms.map(form => text.indexOf(form.slice(0, prefix), at)).filter(start => start !== -1);
    if (starts.length === 0) return made + text.slice(at);
    const start = Math.min(...starts);
    made += text.slice(at, start) + name;
    at = start + Math.max(...forms.map(form => common(text, start, form)));
  }
}

/** How much of the beginning of `form` there is at that place. */
function common(text: string, start: number, form: string): number {
  let length = 0;
  while (length < form.length && text[start + length] === form[length]) length++;
  return length;
}
