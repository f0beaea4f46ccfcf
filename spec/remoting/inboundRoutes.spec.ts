import { assert } from 'chai';
import { InboundRoutes } from '../../lib/remoting/inboundRoutes.ts';

describe('InboundRoutes', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(text => Buffer.from(text.repeat(16))) as [Buffer, Buffer, Buffer];

  it('are one route for one id, also when it comes back', () => {
    const routes = new InboundRoutes();
    const route = routes.heard(a);
    assert.isTrue(route.isAlive);
    routes.lost(a);
    assert.isFalse(route.isAlive);
    assert.equal(routes.heard(Buffer.from(a)), route);
    assert.isTrue(route.isAlive);
    assert.notEqual(routes.heard(b), route);
  });

  it('have a label that tells them apart, and no whole id, with which its place could be taken', () => {
    assert.equal(new InboundRoutes().heard(a).label, 'inbound 61616161');
  });

  it('take the end of what they do not know for nothing', () => {
    const routes = new InboundRoutes();
    routes.lost(a);
    assert.equal(routes.size, 0);
  });

  it('are another route once it was forgotten', () => {
    const routes = new InboundRoutes();
    const route = routes.heard(a);
    routes.forget(route);
    assert.isFalse(route.isAlive);
    assert.notEqual(routes.heard(a), route);
  });

  it('forget the one that has gone first, when there are too many', () => {
    const routes = new InboundRoutes(2);
    const [first, second] = [routes.heard(a), routes.heard(b)];
    routes.lost(b);
    routes.heard(c);
    assert.equal(routes.size, 2);
    assert.equal(routes.heard(a), first);
    assert.notEqual(routes.heard(b), second);
  });

  it('forget the oldest, when too many are alive', () => {
    const routes = new InboundRoutes(2);
    const [first, second] = [routes.heard(a), routes.heard(b)];
    routes.heard(c);
    assert.equal(routes.heard(b), second);
    assert.notEqual(routes.heard(a), first);
  });
});
