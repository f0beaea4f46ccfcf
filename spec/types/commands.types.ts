/** What TypeScript says about commands. Nothing here runs; it only has to compile. */
import {
  Actor,
  type ActorInfo,
  type CommandName,
  type CommandRef,
  command,
  type Node,
  Process,
  type Ref,
  Settings,
  send,
} from '../../lib/index.ts';

declare const node: Node;
declare const anyRef: Ref;
declare const texts: Ref<string>;

class Worker extends Actor<number> {
  override commands = { add: (a: number, b: number) => a + b };
  override tasks = { double: (_: Worker, n: number) => 2 * n };
  override settings = new Settings(
    { retries: 3, mode: 'fast', verbose: false },
    { retries: n => n >= 0, mode: ['fast', 'slow'] },
  );
  override receive(message: number) {
    same<number>()(message);
    same<number>()(this.settings.get('retries'));
    same<boolean>()(this.settings.get('verbose'));
    same<string>()(this.settings.all().mode);
    this.settings.set('retries', 4);
    // @ts-expect-error a value of another type
    this.settings.set('retries', 'four');
    // @ts-expect-error no such setting
    this.settings.get('retry');
  }
  @command greet(name: string, loud = false) {
    return loud ? name.toUpperCase() : name;
  }
  @command async slow() {
    return { done: true };
  }
  @command *counted() {
    yield Promise.resolve();
    return 3;
  }
  @command({ name: 'other' }) named() {}
  // @ts-expect-error no such option
  @command({ nmae: 'other' }) misnamed() {}
  // @ts-expect-error only methods are commands
  @command field = 1;
}
class Clerk extends Process {
  *run() {
    yield* this.get();
  }
  @command count() {
    return 1;
  }
}

// What is spawned can be held as what it is.
const worker: CommandRef<Worker> = node.spawn(Worker);
same<Promise<string>>()(send(worker, 'greet', 'you'));
same<Promise<string>>()(send(worker, 'greet', 'you', true));
same<Promise<{ done: boolean }>>()(send(worker, 'slow'));
same<Promise<number>>()(send(worker, 'counted'));
same<Promise<number>>()(send(worker, 'add', 1, 2));
same<Promise<string>>()(
  send.with({ timeout: 10 }).with({ signal: AbortSignal.abort() })(worker, 'greet', 'you'),
);
worker.tell(1);
// @ts-expect-error a message of another kind
worker.tell('1');
// @ts-expect-error an argument is missing
send(worker, 'greet');
// @ts-expect-error an argument of another type
send(worker, 'greet', 1);
// @ts-expect-error no such command
send(worker, 'greetyou');
// @ts-expect-error what all actors have is no command
send(worker, 'receive', 1);
// @ts-expect-error a field is no command
send(worker, 'settings');
// @ts-expect-error no such option
send.with({ within: 10 });
const name: CommandName<Worker> = 'greet';
same<'greet'>()(name);

const clerk: CommandRef<Clerk> = node.spawn(Clerk);
same<Promise<number>>()(send(clerk, 'count'));
const remote = node.lookup('127.0.0.1:9700/worker') as CommandRef<Worker>;
same<Promise<number>>()(send(remote, 'add', 1, 2));
// @ts-expect-error actors of other messages
const other: CommandRef<Worker> = texts;
other.tell(1);

// What every actor has.
for (const ref of [anyRef, worker as Ref, texts as Ref]) {
  same<Promise<'pong'>>()(send(ref, 'ping'));
  same<Promise<ActorInfo>>()(send(ref, 'info'));
  same<Promise<void>>()(send(ref, 'stop'));
}
same<Promise<'pong'>>()(send(texts, 'ping'));
same<Promise<unknown>>()(send(worker, 'config', 'get', 'retries'));
send(worker, 'run', actor => same<Worker>()(actor));
send(clerk, 'run', () => fail());
// @ts-expect-error one value
send(worker, 'echo', 1, 2);

// Where the class is not known, anything goes.
same<Promise<unknown>>()(send(anyRef, 'greet', 1, 'two'));
same<Promise<string>>()(send<string>(anyRef, 'greet', 'you'));
same<Promise<string>>()(send<string>(texts, 'greet', 'you'));

declare function fail(): never;

/** Takes a value of exactly the type T. */
declare function same<T>(): <V>(value: V & (Equal<V, T> extends true ? unknown : 'of another type')) => void;
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
