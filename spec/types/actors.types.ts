/** What TypeScript says about actors, processes and refs. Nothing here runs; it only has to compile. */
import {
  Actor,
  bounded,
  Exit,
  type Node,
  OR,
  Process,
  type Props,
  type Ref,
  Registry,
  sleep,
  Terminated,
  withTimeout,
} from '../../lib/index.ts';

type Greet = { hello: string };
declare const node: Node;
declare const anyRef: Ref;

class Greeter extends Actor<Greet, { greeting: string }> {
  override receive(message: Greet) {
    same<string>()(message.hello);
    same<string>()(this.params.greeting);
    this.watch(anyRef);
    this.trapExit = true;
    // @ts-expect-error it traps exits or does not
    this.trapExit = 'yes';
    same<Ref>()(this.link(anyRef));
    same<Ref>()(this.unlink(anyRef));
    same<Ref<Greet>>()(this.link(Greeter.using({ greeting: 'hi' }), { name: 'linked' }));
    same<Ref<number | Exit<Ref>>>()(this.link(Sum));
  }
}
class Sum extends Actor<number | Exit<Ref>> {
  override trapExit = true;
  override receive(message: number | Exit<Ref>) {
    if (message instanceof Exit) same<Ref>()(message.ref);
  }
}
class Silent extends Actor {}
class Counter extends Process<{ from: number }, number> {
  *run({ from }: { from: number }) {
    same<number>()(from);
    yield* this.get(Number);
  }
}

// Spawning gives a ref that takes the actor's messages and no others.
same<Ref<Greet>>()(node.spawn(Greeter.using({ greeting: 'hi' })));
node
  .spawn(Greeter.using({ greeting: 'hi' }), { name: 'a', mailbox: bounded({ capacity: 1 }) })
  .tell({ hello: 'you' });
// @ts-expect-error a message of another kind
node.spawn(Greeter.using({ greeting: 'hi' })).tell({ goodbye: 'you' });
// @ts-expect-error no message at all
node.spawn(Greeter.using({ greeting: 'hi' })).tell();
node.spawn(Silent).tell('anything');
node.spawn(Counter.using({ from: 1 })).tell(1);
// @ts-expect-error a message of another kind
node.spawn(Counter.using({ from: 1 })).tell('1');

// using() takes the parameters of the class.
same<Props<Greet>>()(Greeter.using({ greeting: 'hi' }));
// @ts-expect-error a parameter is missing
Greeter.using({});
// @ts-expect-error a parameter of another type
Greeter.using({ greeting: 1 });
// @ts-expect-error a parameter of another name
Counter.using({ form: 1 });

// Options are checked.
// @ts-expect-error a name is text
node.spawn(Silent, { name: 1 });
// @ts-expect-error no such option
node.spawn(Silent, { nmae: 'a' });
// @ts-expect-error only actors, Props and functions can be spawned
node.spawn(Map);
// @ts-expect-error only actors, Props and functions can be spawned
node.spawn('a');

// Functions.
node.spawn((message, { ref, sender, spawn }) => {
  same<unknown>()(message);
  same<Ref>()(ref);
  same<Ref | undefined>()(sender);
  spawn(Silent);
});
node.spawn((_, context) => {
  context.trapExit = true;
  same<Ref>()(context.link(anyRef));
});
node.spawn<Greet>(message => same<string>()(message.hello)).tell({ hello: 'you' });

// Refs.
const ref = node.spawn(Greeter.using({ greeting: 'hi' }));
same<Promise<unknown>>()(ref.ask({ hello: 'you' }));
same<Promise<number>>()(ref.ask<number>({ hello: 'you' }, { timeout: 10 }));
// @ts-expect-error a question of another kind
ref.ask({ goodbye: 'you' });
// @ts-expect-error no such option
ref.ask({ hello: 'you' }, { within: 10 });
same<Ref<Greet>>()(ref.tell({ hello: 'you' }));
same<Promise<void>>()(ref.join());
same<Ref<unknown>>()(node.lookup('/a'));
same<Ref<Greet>>()(node.lookup<Greet>('/a'));

// Inside a process, what is got has the type of the pattern.
export class Getter extends Process {
  *run() {
    same<unknown>()(yield* this.get());
    same<'ack'>()(yield* this.get('ack'));
    same<string>()(yield* this.get(String, { timeout: 5000 }));
    same<string | number>()(yield* this.get(String, Number));
    same<'a' | 'b'>()(yield* this.get(OR('a', 'b')));
    same<Greeter>()(yield* this.get(Greeter));
    same<{ hello: string }>()(yield* this.get({ hello: String }));
    same<['point', number, number]>()(yield* this.get(['point', Number, Number]));
    same<Terminated>()(yield* this.get(Terminated));
    same<'ack' | undefined>()(this.getNowait('ack'));
    same<void>()(yield* sleep(10));
    same<string>()(yield* withTimeout(10, this.get(String)));
    same<number>()(yield* withTimeout(10, Promise.resolve(1)));
    same<boolean>()(yield* withTimeout(10, true as boolean));
    same<void>()(yield* this.escalate(new Error('text')));
    // @ts-expect-error an error is what is escalated
    yield* this.escalate('text');
  }
}

export class Awaiting extends Process {
  async run() {
    same<'ack'>()(await this.get('ack'));
    same<string>()(await this.withTimeout(10, this.get(String)));
    // @ts-expect-error a process takes its messages itself
    this.receive('message');
  }
}

// @ts-expect-error a process has a run
export class Runless extends Process {}

/** Takes a value of exactly the type T. */
declare function same<T>(): <V>(value: V & (Equal<V, T> extends true ? unknown : 'of another type')) => void;
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

// A registry's actors take its messages, and so do its names.
const registry = Registry.start<Greet, { age: number }>(node);
same<Ref<Greet> | undefined>()(registry.lookup('a'));
same<Ref<Greet>>()(registry.via('a'));
same<Ref<Greet>>()(registry.spawn(node, 'a', Greeter.using({ greeting: 'hi' }), { value: { age: 7 } }));
for (const { value } of registry.entries('a')) same<number>()(value.age);
// @ts-expect-error a message of another kind
registry.dispatch('a', { goodbye: 'you' });
// @ts-expect-error undefined is no key
registry.lookup(undefined);
// @ts-expect-error only a node or an actor can be the parent
Registry.start(anyRef);

// A group takes the actors of any class.
node.groups.join('greeters', node.spawn(Greeter.using({ greeting: 'hi' })));
same<Ref<Greet>[]>()(node.groups.members<Greet>('greeters'));
