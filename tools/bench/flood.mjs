// How late an interval of 1 ms is while two actors flood each other without end: what I/O has to wait behind them.
import { Actor, Node } from 'troupe';
import { print } from './measure.mjs';

class Player extends Actor {
  receive(to) {
    to.tell(this.ref);
  }
}

const node = await Node.start();
const [a, b] = [node.spawn(Player), node.spawn(Player)];
for (let i = 0; i < 100; i++) a.tell(b);
const gaps = [];
let last = performance.now();
await new Promise(resolve => {
  const interval = setInterval(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (gaps.length === 300) {
      clearInterval(interval);
      resolve();
    }
  }, 1);
});
gaps.sort((x, y) => x - y);
const at = share => Number(gaps[Math.floor(share * (gaps.length - 1))].toFixed(2));
print({
  scenario: 'flood',
  unit: 'ms between ticks of a 1 ms interval',
  p50: at(0.5),
  p99: at(0.99),
  max: at(1),
});
process.exit(0);
