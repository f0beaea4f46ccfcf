/** Keeps a list of brokers up to date: those that are given, and those that a registration service publishes. */
import { asError } from '../../base/errors.ts';
import type { FlowSocket, OpenSocket } from '../sockets.ts';
import type { Note } from './note.ts';
import { defaultScope } from './registration.ts';
import type { Finding } from './shell.ts';

export interface FinderHost {
  /** Told all brokers. */
  found(endpoints: string[]): void;
  note(note: Note): void;
  /** Told what `found` has thrown. */
  failed(error: unknown): void;
}

export class Finder {
  readonly #finding: Finding;
  #socket: FlowSocket | undefined;

  constructor(finding: Finding) {
    this.#finding = finding;
  }

  /**
   * Calls `found` with all brokers: once now, and whenever the registration service tells something.
   */
  start(open: OpenSocket, { found, note, failed }: FinderHost): void {
    const { list, publisher, scope = defaultScope } = this.#finding;
    found(list.endpoints);
    if (publisher === undefined) return;
    this.#socket = open({
      kind: 'sub',
      topics: [scope],
      failed,
      receive: frames => {
        const fault = list.receive(frames);
        if (fault === undefined) found(list.endpoints);
        else note({ type: 'note', level: 'warn', text: `dropped news of brokers: ${fault}` });
      },
    });
    try {
      this.#socket.connect(publisher);
    } catch (error) {
      note({ type: 'note', level: 'warn', text: `no registration service: ${asError(error).message}` });
    }
  }

  async stop(): Promise<void> {
    await this.#socket?.close();
  }
}
