/** What a handler has ordered: it is carried out once the handler is done, and forgotten when it fails. */
export interface TimeoutOrder {
  /** Undefined to cancel. */
  readonly ms: number | undefined;
  readonly message: unknown;
}

export class Orders<S extends string> {
  /** An `enter` may only set timeouts: the state that it is called for must be the one that the machine is in. */
  readonly isEntering: boolean;
  to: S | undefined = undefined;
  isRepeated = false;
  isPostponed = false;
  /** By their keys; the last order for a key counts. */
  timeouts: Map<unknown, TimeoutOrder> | undefined = undefined;

  constructor(isEntering: boolean) {
    this.isEntering = isEntering;
  }

  timeout(key: unknown, order: TimeoutOrder): void {
    this.timeouts ??= new Map();
    this.timeouts.set(key, order);
  }
}
