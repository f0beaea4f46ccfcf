// What must be true of every history, whatever was done to the network and the nodes.

export function check(books) {
  for (const send of books.sends) checkSend(books, send);
  for (const watch of books.watches) checkWatch(books, watch);
  for (const { life, send, isSettled } of books.asks) {
    if (!isSettled && life.nodeLife.isAlive) books.violated(`ask ${send.id} to ${send.to} never settled`);
  }
  for (const stop of books.stops) checkStop(books, stop);
  for (const nodeLife of books.nodes) if (nodeLife.isAlive) checkStats(books, nodeLife);
}

const nodeOf = address => address.slice(0, address.indexOf('/'));

function checkSend(books, { id, life, to, at, handled, dead }) {
  const certain = dead.filter(({ reason }) => reason !== 'inDoubt');
  const shown = dead.map(({ nodeLife, reason }) => `${reason} on ${nodeLife.name}`).join(', ');
  if (certain.length > 0 && handled > 0)
    books.violated(`message ${id} to ${to} was handled and is a dead letter (${shown})`);
  // It may be in doubt at each node that passed it on.
  if (certain.length > 1) books.violated(`message ${id} to ${to} is a dead letter twice (${shown})`);
  if (dead.some(one => one.path === '/$unknown'))
    books.violated(`message ${id} to ${to} has come to a node that did not know for whom it was (${shown})`);
  if (handled + dead.length > 0 || !life.nodeLife.isAlive) return;
  // A life of its node that has ended may have had it in a mailbox.
  const mayHaveTaken = books.nodes.some(
    one => one.address === nodeOf(to) && !one.isAlive && one.endedAt >= at,
  );
  if (mayHaveTaken) return;
  books.violated(`message ${id} from ${life.address} to ${to} (sent at ${Math.round(at)} ms) has vanished`);
}

function checkWatch(books, { life, to, target, at, downsBefore, seen, reasons, unwatchedAt }) {
  if (!life.nodeLife.isAlive || life.endedAt !== undefined || unwatchedAt !== undefined) return;
  const now = books.living.get(to);
  const downs = life.nodeLife.downs.slice(downsBefore).filter(down => down.address === nodeOf(to));
  const isSame = now !== undefined && now === target;
  if (reasons.length === 0) {
    if (now === undefined)
      books.violated(
        `${to} is gone, and ${life.address}, who watches it since ${Math.round(at)} ms, was not told`,
      );
    else if (!isSame && seen !== undefined && seen !== now.nodeLife.incarnation)
      books.violated(`${to} has a new life, and ${life.address}, who watched the one before, was not told`);
    else if (downs.length > 0)
      books.violated(
        `the node of ${to} was declared down, and ${life.address}, who watches it, was not told`,
      );
  } else if (isSame && downs.length === 0) {
    books.violated(
      `${to} lives and its node was never down, but ${life.address} was told that it is gone (${reasons})`,
    );
  }
}

function checkStop(books, { life, target, at }) {
  if (!life.nodeLife.isAlive || target.endedAt !== undefined) return;
  const wasDown = life.nodeLife.downs.some(down => down.address === target.nodeLife.address && down.at >= at);
  if (!wasDown)
    books.violated(`${target.address} lives, though ${life.address} has stopped it at ${Math.round(at)} ms`);
}

function checkStats(books, { node, name }) {
  const { sent, handled, unhandled, queued, stashed, deadLetters } = node.stats();
  const sum = handled + unhandled + queued + stashed + deadLetters.total;
  if (sent !== sum) books.violated(`the books of ${name} do not add up: ${sent} sent, ${sum} accounted for`);
}

/** Whether two nodes may refuse each other for good: one of them has given up the present life of the other. */
export function isEstranged(a, b) {
  const gaveUp = (one, other) =>
    [...one.downs, ...one.quarantined].some(({ incarnation }) => incarnation === other.incarnation);
  return gaveUp(a, b) || gaveUp(b, a);
}
