/** What the function of a task gets as its second argument. */

export interface Job {
  /** The name of the task. */
  readonly name: string;
  /** 1 the first time, 2 for the first retry, and so on. */
  readonly attempt: number;
  /**
   * Aborted when nobody wants the result any more: whoever ran the task has given up, or its `timeout` is over. A task that has
   * not ended `grace` ms later is ended together with its worker.
   */
  readonly signal: AbortSignal;
  /** The same for a loop that never pauses, in which no signal can be heard: true at once in a thread, else as `signal.aborted`. */
  readonly isCancelled: boolean;
  /**
   * Tells whoever ran the task, with `onProgress`, how far it has come. Heard at once, also from a loop that never pauses.
   * @throws SerializationError for what can't cross
   */
  progress(value: unknown): void;
}

/** What one run of a function stands on. */
export interface JobHost {
  isCancelled(): boolean;
  progress(value: unknown): void;
}

export class OwnJob implements Job {
  readonly name: string;
  readonly attempt: number;
  readonly #host: JobHost;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  constructor(name: string, attempt: number, host: JobHost) {
    this.name = name;
    this.attempt = attempt;
    this.#host = host;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get isCancelled(): boolean {
    return this.#reason !== undefined || this.#host.isCancelled();
  }

  progress(value: unknown): void {
    this.#host.progress(value);
  }

  /** @internal */
  abort(reason: Error): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }
}
