/**
 * A context as text: what a propagator says of it, field by field, one to a line, as in the head of an HTTP message. So a peer in
 * another language reads what it knows from HTTP.
 */
import { isContext, longestContext } from '../../remoting/wire.ts';
import type { Context, OpenTelemetry, TextMapPropagator } from '../openTelemetry.ts';

export class Carrier {
  readonly #api: OpenTelemetry;
  readonly #propagator: TextMapPropagator;

  constructor(api: OpenTelemetry, propagator: TextMapPropagator) {
    this.#api = api;
    this.#propagator = propagator;
  }

  /** Undefined when there is nothing to say. A field that does not fit any more, or that is no text of ASCII, is left out. */
  pack(context: Context): string | undefined {
    let text = '';
    this.#propagator.inject(context, undefined, {
      set: (_, name, value) => {
        const line = `${name}: ${value}`;
        const isField = !line.includes('\n') && !name.includes(':') && isContext(line);
        if (!isField || text.length + 1 + line.length > longestContext) return;
        text += text === '' ? line : `\n${line}`;
      },
    });
    return text === '' ? undefined : text;
  }

  /** Undefined when nothing is said that the propagator knows. */
  unpack(text: string): Context | undefined {
    const { ROOT_CONTEXT } = this.#api;
    const fields = new Map<string, string>();
    for (const line of text.split('\n')) {
      const colon = line.indexOf(': ');
      if (colon > 0) fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 2));
    }
    const context = this.#propagator.extract(ROOT_CONTEXT, fields, {
      keys: () => [...fields.keys()],
      get: (_, name) => fields.get(name.toLowerCase()),
    });
    return context === ROOT_CONTEXT ? undefined : context;
  }
}
