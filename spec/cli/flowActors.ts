/** Actors of the flows that the specs of `startflow` run. */
import { Event, FlowActor } from 'troupe/flow';

class Source<P extends object = object> extends FlowActor<P> {
  override consume(): void {}
}

/** Emits the numbers from 1 on. */
export class Count extends Source<{ to: string }> {
  override preStart(): void {
    this.background(async () => {
      for (let n = 1; n <= Number(this.params.to); n++) await this.emit(new Event({ data: n }));
    });
  }
}

/** Says that it is there, and something more when the flow stops. */
export class Ready extends Source {
  override preStart(): void {
    void this.emit(new Event({ data: 'ready' }));
  }
  override flush(): void {
    void this.send(new Event({ data: 'the last one' }));
  }
  override postStop(): void {
    process.stdout.write('closed\n');
  }
}

/** Never comes to its end. */
export class Stubborn extends Source {
  override preStart(): void {
    void this.emit(new Event({ data: 'ready' }));
  }
  override preStop(): Promise<void> {
    process.stdout.write('stopping\n');
    return new Promise(() => {});
  }
}

/** Takes for ever to start. */
export class Slow extends Source {
  override preStart(): Promise<void> {
    process.stdout.write('starting\n');
    return new Promise(() => {});
  }
}

export class Unwilling extends Source {
  override preStart(): void {
    throw new Error('not today');
  }
}

export class Broken extends Source {
  override preStart(): void {
    this.after(0, () => {
      throw new Error('broken for good');
    });
  }
}
