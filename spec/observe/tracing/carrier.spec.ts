import * as api from '@opentelemetry/api';
import { assert } from 'chai';
import { Carrier } from '../../../lib/observe/tracing/carrier.ts';
import { w3c } from '../../../lib/observe/tracing/w3c.ts';
import { isContext } from '../../../lib/remoting/wire.ts';
import { seeded } from '../../remoting/support.ts';

const carrier = new Carrier(api, w3c(api));
const hex = (digits: number, random: () => number) =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
const contextOf = (span: api.SpanContext) => api.trace.setSpanContext(api.ROOT_CONTEXT, span);
const read = (text: string) => {
  const context = carrier.unpack(text);
  return context && api.trace.getSpanContext(context);
};

describe('a context as text', () => {
  it('gives back what was written', () => {
    const random = seeded(1);
    for (let i = 0; i < 500; i++) {
      const traceState =
        random() < 0.5 ? undefined : api.createTraceState(`a=${hex(8, random)},b=${hex(8, random)}`);
      const span = { traceId: hex(32, random), spanId: hex(16, random), traceFlags: i & 1 };
      const text = carrier.pack(contextOf({ ...span, ...(traceState && { traceState }) }));
      const { traceState: state, ...back } = read(String(text)) as api.SpanContext;
      assert.deepEqual(back, { ...span, isRemote: true });
      assert.equal(state?.serialize(), traceState?.serialize());
    }
  });

  it('says nothing of what is no span', () => {
    assert.isUndefined(carrier.pack(api.ROOT_CONTEXT));
    assert.isUndefined(carrier.pack(contextOf(api.INVALID_SPAN_CONTEXT)));
  });

  it('can cross, however much state there is', () => {
    const traceState = { serialize: () => `a=${'x'.repeat(5000)}` } as api.TraceState;
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, traceState };
    const text = String(carrier.pack(contextOf(span)));
    assert.isTrue(isContext(text));
    assert.equal(text, `traceparent: 00-${span.traceId}-${span.spanId}-01`);
  });

  it('never throws and never gives a span that is none, whatever is read', () => {
    const random = seeded(2);
    const right = `traceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01\ntracestate: a=1,b=2`;
    const characters = `${right}: \n\n-=,~ZF`;
    let valid = 0;
    for (let i = 0; i < 20_000; i++) {
      const text = [...right];
      const changes = Math.floor(random() * 4);
      for (let n = 0; n < changes; n++)
        text[Math.floor(random() * text.length)] = characters[
          Math.floor(random() * characters.length)
        ] as string;
      const span = read(text.slice(Math.floor(random() * 2) * Math.floor(random() * 20)).join(''));
      if (span === undefined) continue;
      valid++;
      assert.isTrue(api.isSpanContextValid(span));
      assert.include([0, 1], span.traceFlags);
    }
    assert.isAbove(valid, 1000);
  });
});
