/**
 * Who asks, also in async code after an `await`, where the runtime itself can't tell. It takes an AsyncLocalStorage, which costs
 * next to nothing from Node.js 24 on, and before that makes every promise of the process several times as dear. So there it is
 * on only while there is reason to suspect a circle.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { NodeFace } from '../../core/actor.ts';
import { addFinder, entered } from '../../core/ambient.ts';
import type { Delivery, Observer } from '../../core/delivery.ts';
import { MailCell } from '../../core/mailCell.ts';
import { Props } from '../../core/props.ts';
import type { Ref } from '../../core/ref.ts';

/** One message in async hands. */
interface Stay {
  readonly cell: MailCell;
  isOver: boolean;
}

const stays = new AsyncLocalStorage<Stay | undefined>();
let watching = 0;
let isAdded = false;

/** Whose code runs: in its turn the runtime knows better, and what goes on after the message was handled waits for nothing. */
function find() {
  if (watching === 0) return undefined;
  const now = entered();
  if (now !== undefined) return now;
  const stay = stays.getStore();
  return stay === undefined || stay.isOver ? undefined : stay.cell;
}

function leave(): void {
  if (watching > 0 && stays.getStore() !== undefined) stays.enterWith(undefined);
}

/** Of a generator the runtime knows whose it is; but its messages are looked at, too, to know when each began. */
const asyncKinds = [async () => {}, function* () {}].map(kind => Object.getPrototypeOf(kind) as object);
const isAsync = (what: unknown) =>
  typeof what === 'function' && asyncKinds.includes(Object.getPrototypeOf(what));

/** Whether an actor is written as an async function: one that is not pays nothing. */
function isWrittenAsync(ref: Ref): boolean {
  const cell = ref.inlet;
  if (!(cell instanceof MailCell) || !(cell.props instanceof Props)) return false;
  const { origin } = cell.props;
  const { prototype } = (origin ?? {}) as { prototype?: { receive?: unknown } };
  return isAsync(origin) || isAsync(prototype?.receive);
}

/** Known `always` while a doctor watches, or from the moment on at which something is `suspected`. */
export type AskersKnown = 'always' | 'suspected';

export const askersKnown: readonly AskersKnown[] = ['always', 'suspected'];

const byVersion: AskersKnown = Number.parseInt(process.versions.node, 10) >= 24 ? 'always' : 'suspected';
/** For so many ms after the last suspicion it stays on. */
const alertFor = 60_000;

export class Askers {
  readonly #node: NodeFace;
  #known: AskersKnown;
  /** Classes that are not written as async functions, and give promises all the same. */
  readonly #alsoAsync = new Set<string>();
  readonly #open = new WeakMap<Delivery, Stay>();
  #leave: (() => void) | undefined;
  #since = Number.POSITIVE_INFINITY;
  #suspectedAt = Number.NEGATIVE_INFINITY;

  constructor(node: NodeFace, known: AskersKnown = byVersion) {
    this.#node = node;
    this.#known = known;
    if (known === 'always') this.#begin();
  }

  /** Whether it is known just now who asks. */
  get isOn(): boolean {
    return this.#leave !== undefined;
  }

  /** From when on, by the node's clock, it has been known who asks; Infinity while it is not. Who has asked before stays unknown. */
  get since(): number {
    return this.isOn ? this.#since : Number.POSITIVE_INFINITY;
  }

  /** From now on, whatever it costs. */
  always(): void {
    this.#known = 'always';
    this.#begin();
  }

  /** One look of the doctor. @param isSuspicious whether somebody unknown waits for an actor that is held up itself */
  look(isSuspicious: boolean, now: number): void {
    if (this.#known === 'always') return;
    if (isSuspicious) {
      this.#suspectedAt = now;
      this.#begin();
    } else if (now - this.#suspectedAt > alertFor) this.close();
  }

  #begin(): void {
    if (this.#leave !== undefined) return;
    watching++;
    this.#since = this.#node.instruments.clock.now();
    if (!isAdded) addFinder(find, leave);
    isAdded = true;
    this.#leave = this.#observe();
  }

  #observe(): () => void {
    const observer: Observer = {
      observes: (ref, className) => isWrittenAsync(ref) || this.#alsoAsync.has(className),
      run: (delivery, receive) => {
        const { inlet } = delivery.ref;
        if (!(inlet instanceof MailCell)) return receive();
        const stay: Stay = { cell: inlet, isOver: false };
        this.#open.set(delivery, stay);
        return stays.run(stay, receive);
      },
      ended: delivery => {
        const stay = this.#open.get(delivery);
        if (stay !== undefined) stay.isOver = true;
      },
    };
    return this.#node.instruments.observe(observer);
  }

  /** An actor of that class was seen in async work: from its next message on it is known when one of them asks. */
  sawAsync(ref: Ref, className: string): void {
    if (this.#leave === undefined || this.#alsoAsync.has(className) || isWrittenAsync(ref)) return;
    this.#alsoAsync.add(className);
    // Actors are asked about once for each change of the observers.
    this.#leave();
    this.#leave = this.#observe();
  }

  close(): void {
    if (this.#leave === undefined) return;
    this.#leave();
    this.#leave = undefined;
    if (--watching === 0) stays.disable();
  }
}
