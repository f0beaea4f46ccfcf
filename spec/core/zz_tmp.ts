import { Actor, Node } from '../../lib/index.ts';
declare const node: Node;
class A extends Actor {}
class B extends Actor<string, { a: number }> { override receive(m: string) { void m; } }
node.spawn(A);
node.spawn(B.using({ a: 1 })).tell('x');
node.spawn((message, { sender }) => void [message, sender]);
node.spawn<string>((message, { sender }) => void [message, sender]).tell('x');
