import { assert } from 'chai';
import * as flow from '../../lib/flow/index.ts';
import {
  Director,
  EventGenerator,
  FlowActor,
  FlowHarness,
  HTTPServer,
  STDOUT,
  TCPOut,
  TestEvent,
  WiringError,
  WSGI,
} from '../../lib/flow/index.ts';
import { errorOf } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: parameters of all kinds
type Kind = new (name: string, params?: any) => FlowActor<any>;

const faultsOf = (kind: Kind, params: object, name = 'in') => {
  const director = new Director();
  director.registerActor(kind, name, params);
  return director.check();
};

class Mine extends EventGenerator {}
class Strict extends FlowActor<{ speed?: number }> {
  static override parameters: flow.ParamNames<Strict> = { speed: true };
  override consume(): void {}
}

describe('parameters of actors', () => {
  it('one that an actor does not know is a fault of the wiring', async () => {
    const director = new Director();
    director.registerActor(HTTPServer as Kind, 'in', { prot: 80 });
    const error = await errorOf(director.start());
    assert.instanceOf(error, WiringError);
    assert.deepEqual((error as WiringError).faults, [
      'in: HTTPServer has no parameter prot; did you mean port?',
    ]);
  });

  it('each of them is', () => {
    assert.deepEqual(faultsOf(STDOUT, { prefixx: 'a', time_stamp: true, concurency: 1 }), [
      'in: STDOUT has no parameter prefixx; did you mean prefix?',
      'in: STDOUT has no parameter time_stamp; did you mean timestamp?',
      'in: STDOUT has no parameter concurency; did you mean concurrency?',
    ]);
  });

  it('where none is like it, all are told', () => {
    assert.deepEqual(faultsOf(STDOUT, { colour: 'red' }), [
      'in: STDOUT has no parameter colour; its parameters are: complete, prefix, timestamp, write',
    ]);
    assert.deepEqual(faultsOf(flow.Null, { colour: 'red' }), [
      'in: Null has no parameter colour; its parameters are: none of its own',
    ]);
  });

  it('what all actors take is no fault, nor what a class above takes', () => {
    const options = { concurrency: 2, rescue: true, timeout: 5, convertOutput: true, restart: { max: 1 } };
    assert.deepEqual(faultsOf(TCPOut, { ...options, blockingConsume: false }), []);
    assert.deepEqual(faultsOf(TestEvent, { interval: 5, eventKwargs: {}, dataValue: 1 }), []);
    assert.deepEqual(faultsOf(WSGI, { port: 1, basePath: '/a' }), []);
  });

  it('a class of the user that says nothing takes all, whatever it extends', () => {
    assert.deepEqual(faultsOf(Mine, { mine: 1 }), []);
    assert.deepEqual(
      faultsOf(
        class extends FlowActor {
          override consume(): void {}
        },
        { mine: 1 },
      ),
      [],
    );
  });

  it('a class of the user may say it too', () => {
    assert.deepEqual(faultsOf(Strict, { sped: 1 }), [
      'in: Strict has no parameter sped; did you mean speed?',
    ]);
    assert.deepEqual(faultsOf(Strict, { speed: 1 }), []);
  });

  it('a ready actor is looked at as well, and one in a harness', async () => {
    const director = new Director();
    director.registerActor(new STDOUT('out', { prefx: 'a' } as object));
    assert.deepEqual(director.check(), ['out: STDOUT has no parameter prefx; did you mean prefix?']);
    const error = await errorOf(FlowHarness.start(STDOUT as Kind, { params: { prefx: 'a' } }));
    assert.instanceOf(error, WiringError);
  });

  it('every actor that there is says which it takes', () => {
    const silent = Object.values(flow)
      .filter(one => typeof one === 'function' && one.prototype instanceof FlowActor)
      .filter(one => !Object.hasOwn(one, 'parameters'));
    assert.deepEqual(silent, []);
  });
});
