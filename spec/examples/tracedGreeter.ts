/** The actor that the peer in Python talks to, on a node that is traced: what it says has a context with it. */
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { tracing } from 'troupe/observe';
import { Greeter } from '../../examples/python/node.ts';

export class TracedGreeter extends Greeter {
  override preStart() {
    tracing(this.node, { tracerProvider: new BasicTracerProvider() });
    super.preStart();
  }
}
