/** What TypeScript says about state machines. Nothing here runs; it only has to compile. */
import { type Node, type ReceiveTimeout, type Ref, StateMachine, type Terminated } from '../../lib/index.ts';

type Message = 'push' | { type: 'code'; digits: string } | { type: 'open' | 'shut'; by: Ref };
declare const node: Node;

class Door extends StateMachine<'locked' | 'open', Message, { code: string }> {
  readonly initial = 'locked';
  #tries = 0;

  states = this.define(
    {
      locked: {
        enter(from) {
          same<'locked' | 'open' | undefined>()(from);
          this.#tries = 0;
          this.stateTimeout(10, 'push');
          // @ts-expect-error a message of another kind
          this.stateTimeout(10, 'pull');
          // @ts-expect-error a timeout has a message
          this.timeout('name', 10);
          this.timeout('name', undefined);
        },
        on: {
          push(message) {
            same<'push'>()(message);
            // @ts-expect-error no such state
            this.goto('closed');
          },
          code: ({ digits }) => {
            same<string>()(digits);
            if (digits === this.params.code && this.#tries++ < 3) this.goto('open');
          },
          shut: message => same<{ type: 'open' | 'shut'; by: Ref }>()(message),
        },
        otherwise(message) {
          same<Message | Terminated<Ref> | ReceiveTimeout>()(message);
        },
      },
      open: {
        on: {
          // @ts-expect-error no such message
          pull() {},
        },
      },
    },
    {
      on: {
        async push() {
          this.goto('open');
        },
      },
    },
  );
}
same<Ref<Message>>()(node.spawn(Door.using({ code: '1' })));
// @ts-expect-error a message of another kind
node.spawn(Door.using({ code: '1' })).tell('pull');

export class Forgetful extends StateMachine<'a' | 'b', string> {
  readonly initial = 'a';
  // @ts-expect-error a state is missing
  states = this.define({ a: {} });
}

export class Lost extends StateMachine<'a', string> {
  // @ts-expect-error no such state
  readonly initial = 'c';
  states = this.define({
    a: {},
    // @ts-expect-error no such state
    b: {},
  });
}

export class Untyped extends StateMachine<'a' | 'b'> {
  get initial() {
    return this.params === undefined ? 'a' : 'b';
  }
  states = this.define({ a: { on: { go: message => same<unknown>()(message) } }, b: {} });
}

// @ts-expect-error a machine has states
export class Stateless extends StateMachine<'a'> {
  readonly initial = 'a';
}

/** Takes a value of exactly the type T. */
declare function same<T>(): <V>(value: V & (Equal<V, T> extends true ? unknown : 'of another type')) => void;
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
