// What a seed decides before anything happens: how many nodes, how patient they are, and which classes of faults there are.
// Leaving out whole classes finds more than having a little of each in every run.

const faultClasses = [
  'loss',
  'duplicate',
  'reorder',
  'spikes',
  'slow',
  'partition',
  'oneWay',
  'crash',
  'stop',
  'freeze',
  'pause',
];
/** Those that neither lose a frame nor end a node, nor keep one silent for long. */
const harmless = new Set(['spikes']);

export function drawPlan(draws, nodes) {
  const heartbeatInterval = draws.one([200, 500, 1000]);
  const maxSilence = heartbeatInterval * draws.one([3, 4, 5]);
  const isCalm = draws.chance(10);
  const faults = new Set(faultClasses.filter(name => draws.chance(35) && !(isCalm && !harmless.has(name))));
  const remoting = { heartbeatInterval, maxSilence };
  if (draws.chance(15)) remoting.queueLimit = draws.whole(5, 40);
  if (draws.chance(15)) remoting.maxMessageSize = 1024 * 1024;
  const hasLarge = draws.chance(30);
  const link = { delay: draws.between(0, 40), jitter: draws.chance(70) ? draws.between(0, 30) : 0 };
  if (hasLarge && draws.chance(60)) link.bandwidth = draws.between(1e6, 2e7);
  return {
    nodes: nodes ?? draws.whole(3, 7),
    remoting,
    maxSilence,
    faults,
    /** No message may vanish here, not even one whose fate the protocol can't know. */
    isCalm: [...faults].every(name => harmless.has(name)),
    link,
    duration: draws.between(6000, 16_000),
    pace: draws.between(30, 250),
    busyness: draws.whole(1, 5),
    faultsEvery: draws.between(400, 2500),
    /** The mailbox of one actor on each node. */
    bounds: draws.chance(20)
      ? { capacity: draws.whole(2, 12), overflow: draws.one(['dropNewest', 'dropOldest']) }
      : undefined,
    hasLarge,
    /** Whether the first node is a relay, by which the others may reach each other. */
    hasRelay: draws.chance(30),
    /** Whether nodes that gave each other up are restarted at the end, so that all must find each other again. */
    restartsQuarantined: draws.chance(50),
  };
}
