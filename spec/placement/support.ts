/** What the specs of this folder share: nodes in real time, and actors that a spec can await. */
import { assert } from 'chai';
import { Node, type NodeOptions, type Ref, silentLogger } from '../../lib/index.ts';

const running: Node[] = [];

export async function startNode(options: NodeOptions = {}): Promise<Node> {
  const node = await Node.start({ logger: silentLogger, ...options });
  running.push(node);
  return node;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(node => node.stop()));
});

/** An actor whose messages are awaited, for as long as the spec may take. */
export class Reader {
  readonly ref: Ref;
  readonly #arrived: unknown[] = [];
  readonly #waiting: ((message: unknown) => void)[] = [];

  constructor(node: Pick<Node, 'spawn'>, name?: string) {
    this.ref = node.spawn(
      (message: unknown) => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#arrived.push(message);
        else next(message);
      },
      { name },
    );
  }

  next(): Promise<unknown> {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  async expect(...messages: unknown[]): Promise<void> {
    for (const message of messages) assert.deepEqual(await this.next(), message);
  }
}

/** Every message is in exactly one bin. */
export function assertBalanced(node: Node): void {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  assert.equal(sent, handled + unhandled + queued + stashed + deadLetters.total);
}
