/** What a console and its client say to each other: one of these a line, as JSON. */
import type { Terminal } from './evaluator.ts';
import type { TraceView } from './tracing.ts';

/** Rises when older clients don't understand it any more. */
export const protocol = 1;

/** What a client wants; the answer has the same id. */
export type Request =
  | { readonly id: number; readonly do: 'query'; readonly name: string; readonly params: object }
  | { readonly id: number; readonly do: 'tell'; readonly path: string; readonly message: unknown }
  | {
      readonly id: number;
      readonly do: 'ask';
      readonly path: string;
      readonly message: unknown;
      readonly timeout?: number;
    }
  | { readonly id: number; readonly do: 'ping'; readonly path?: string | undefined; readonly timeout: number }
  | { readonly id: number; readonly do: 'control'; readonly action: string; readonly path: string }
  | { readonly id: number; readonly do: 'trace'; readonly path: string }
  | { readonly id: number; readonly do: 'evaluate'; readonly code: string; readonly terminal: Terminal }
  | { readonly id: number; readonly do: 'complete'; readonly line: string }
  /** Ends what runs or is traced under that id; has no answer. */
  | { readonly id: number; readonly do: 'end' };

export type Reply =
  | { readonly hello: Hello }
  | { readonly id: number; readonly value?: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly id: number; readonly trace?: TraceView | undefined; readonly skipped: number }
  | { readonly print: string }
  | { readonly bye: string };

export interface Hello {
  readonly protocol: number;
  readonly troupe: string;
  readonly pid: number;
  readonly address: string | undefined;
}
