/** The outlet of loggers that take records: Troupe's own. */
import { graver, type LogLevel, type LogThreshold, reaches } from './levels.ts';
import type { Outlet, OutletContext } from './outlet.ts';
import { type Fields, type LogRecord, nobody, recordOf, type Source, sourceWith } from './record.ts';

/** Takes records from a level on. */
export interface RecordSink {
  readonly threshold: LogThreshold;
  readonly write: (record: LogRecord) => unknown;
}

export class RecordOutlet implements Outlet {
  readonly sink: RecordSink;
  readonly #context: OutletContext;
  readonly #source: Source;

  constructor(sink: RecordSink, context: OutletContext, source = nobody) {
    this.sink = sink;
    this.#context = context;
    this.#source = source;
  }

  get root(): object {
    return this.sink;
  }

  /** The same, for the lines of a node. */
  at(context: OutletContext): RecordOutlet {
    return new RecordOutlet(this.sink, context, this.#source);
  }

  get floor(): LogThreshold {
    return graver(this.sink.threshold, this.#context.threshold);
  }

  isEnabled(level: LogLevel): boolean {
    return reaches(level, this.sink.threshold) && reaches(level, this.#context.threshold);
  }

  write(level: LogLevel, text: string, details: readonly unknown[]): unknown {
    const { wall, node } = this.#context;
    return this.sink.write(recordOf({ time: wall(), level, node: node() }, text, details, this.#source));
  }

  relay(record: LogRecord): unknown {
    return this.sink.write(record);
  }

  bind(fields: Fields): Outlet {
    return new RecordOutlet(this.sink, this.#context, sourceWith(this.#source, fields));
  }
}
