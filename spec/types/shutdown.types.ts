/** What TypeScript says about shutdown tasks and the tree. Nothing here runs; it only has to compile. */
import { Actor, type Node, printTree, type Ref, type ShutdownReason, tree } from '../../lib/index.ts';

declare const node: Node;
declare const ref: Ref<{ hello: string }>;

const takeBack: () => void = node.shutdown.addTask('drain', 'a', async ({ reason, signal }) => {
  const why: ShutdownReason = reason;
  await fetch(`http://127.0.0.1/${why}`, { signal });
});
takeBack();
node.shutdown.addTask('afterStop', 'b', () => 'what it returns is of no interest', { timeout: 10 });
// @ts-expect-error there is no such phase
node.shutdown.addTask('end', 'c', () => {});

void node.stop('signal SIGTERM');
// @ts-expect-error a signal is said to be one
void node.stop('SIGTERM');

class Looking extends Actor<string> {
  override receive() {
    void this.node.shutdown.reason;
    return [printTree(this), printTree(this.node), printTree(this.ref), tree(this).children[0]?.restarts];
  }
}
node.spawn((_, context) => printTree(context));
node.spawn(Looking);
printTree(ref);
// @ts-expect-error no root of a tree
printTree('/a');
