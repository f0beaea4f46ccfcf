/** A console to a node that is reached by remoting: code is evaluated here, and only questions and messages go there. */
import { Evaluator, type Shown, type Terminal } from '../../observe/console/evaluator.ts';
import { namesFor } from '../../observe/console/names.ts';
import { pathsBelow } from '../../observe/console/paths.ts';
import { RemoteSource } from '../../observe/remoteSource.ts';
import type { LookOptions } from './target.ts';

export class RemoteDesk {
  readonly title: string;
  /** Never: the node is asked anew with each question. */
  readonly gone: Promise<string> = new Promise(() => {});
  onPrint: (text: string) => void = () => {};
  readonly #source: RemoteSource;
  readonly #evaluator: Evaluator;
  #terminal: Terminal = { columns: 80, colors: false };
  #abandoned: Promise<void> = Promise.resolve();
  #abandon = () => {};

  private constructor(source: RemoteSource) {
    this.#source = source;
    this.title = source.title;
    const print = (text: string) => this.onPrint(text);
    const names = namesFor({
      ...{ source, print },
      terminal: () => this.#terminal,
      abandoned: () => this.#abandoned,
    });
    this.#evaluator = new Evaluator(names, print);
  }

  /** @throws CannotLook when nobody is there, or the node does not show itself */
  static async open(address: string, options: LookOptions): Promise<RemoteDesk> {
    const source = await RemoteSource.open(address, options);
    try {
      await source.query('overview', {});
    } catch (error) {
      await source.close();
      throw error;
    }
    return new RemoteDesk(source);
  }

  evaluate(code: string, terminal: Terminal): Promise<Shown> {
    this.#terminal = terminal;
    const abandoned = new Promise<void>(resolve => {
      this.#abandon = resolve;
    });
    this.#abandoned = abandoned;
    return this.#evaluator.evaluate(code, terminal, abandoned);
  }

  complete(line: string): Promise<[string[], string]> {
    return this.#evaluator.complete(line, path => pathsBelow(this.#source, path));
  }

  abandon(): void {
    this.#abandon();
  }

  close(): Promise<void> {
    this.#evaluator.close();
    return this.#source.close();
  }
}
