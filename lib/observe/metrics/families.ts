/**
 * The metrics, one line each: their names, what they mean and where they are found in the figures. Names follow the rules of
 * Prometheus: base units, `_total` for counters. Those of the process are the ones that all its clients use; those of Node.js
 * are the ones of prom-client, so that dashboards made for these work.
 */
import type { Histogram } from '../../core/histogram.ts';
import type { PeerView } from '../../core/peers.ts';
import { version } from '../../node/version.ts';
import type { ClassFigures, Figures } from './figures.ts';
import { other } from './source.ts';

export type Labels = Readonly<Record<string, string>>;

/** One value of a metric. */
export interface Sample<V> {
  readonly labels: Labels;
  readonly value: V;
}

interface About {
  readonly name: string;
  readonly help: string;
}

/** A counter only grows, until the node starts again; a gauge goes up and down. */
export interface NumberFamily extends About {
  readonly type: 'counter' | 'gauge';
  samples(figures: Figures): Sample<number>[];
}

/** How often something took how long; in ms here, and in seconds wherever it is exported. */
export interface HistogramFamily extends About {
  readonly type: 'histogram';
  samples(figures: Figures): Sample<Histogram>[];
}

export type Family = NumberFamily | HistogramFamily;

/** The labels that metrics have of their own. */
export const ownLabels = ['class', 'reason', 'state', 'peer', 'le', 'address', 'incarnation', 'version'];

/** The most other nodes that are told apart. */
const mostPeers = 1000;

/** @param prefix what the names of the node's own metrics begin with */
export function families(prefix: string, withProcess: boolean): Family[] {
  const own = (about: Family): Family => ({ ...about, name: `${prefix}_${about.name}` });
  return [...nodeFamilies, ...classFamilies, ...remotingFamilies]
    .map(own)
    .concat(withProcess ? processFamilies : []);
}

const counter = (name: string, help: string, samples: NumberFamily['samples']): Family => ({
  name,
  help,
  type: 'counter',
  samples,
});
const gauge = (name: string, help: string, samples: NumberFamily['samples']): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
});
const histogram = (name: string, help: string, samples: HistogramFamily['samples']): Family => ({
  name,
  help,
  type: 'histogram',
  samples,
});

/** One value without labels; none when it is not known. */
const one =
  (value: (figures: Figures) => number | undefined): NumberFamily['samples'] =>
  figures => {
    const known = value(figures);
    return known === undefined ? [] : [{ labels: {}, value: known }];
  };

const byClass =
  <V>(value: (figures: ClassFigures) => V) =>
  ({ classes }: Figures): Sample<V>[] =>
    [...classes].map(([name, figures]) => ({ labels: { class: name }, value: value(figures) }));

const inSeconds = (ms: number) => ms / 1000;

// ---- the node -------------------------------------------------------------------------------------------------------

const nodeFamilies: Family[] = [
  gauge('node_info', 'The node: always 1.', ({ node: { address = '', incarnation } }) => [
    { labels: { address, incarnation, version }, value: 1 },
  ]),
  counter(
    'messages_unhandled_total',
    'Messages that actors said are not their own.',
    one(({ stats }) => stats.unhandled),
  ),
  counter('dead_letters_total', 'Messages that nobody will handle, by the reason.', ({ stats }) => {
    const { total: _, ...reasons } = stats.deadLetters;
    return Object.entries(reasons).map(([reason, value]) => ({ labels: { reason }, value }));
  }),
];

// ---- actors, by class -----------------------------------------------------------------------------------------------

const classFamilies: Family[] = [
  gauge(
    'actors',
    'Live actors.',
    byClass(({ actors }) => actors),
  ),
  counter(
    'messages_handled_total',
    'Messages that actors have taken.',
    byClass(({ handled }) => handled),
  ),
  histogram(
    'message_wait_seconds',
    'From the tell to the begin of the handling.',
    byClass(({ wait }) => wait),
  ),
  histogram(
    'message_handling_seconds',
    'From the begin of the handling to its end, what it waits for included.',
    byClass(({ handling }) => handling),
  ),
  gauge(
    'mailbox_messages',
    'Messages that wait in mailboxes.',
    byClass(({ waiting }) => waiting),
  ),
  gauge(
    'mailbox_longest_messages',
    'Messages in the longest mailbox.',
    byClass(({ longest }) => longest),
  ),
  gauge(
    'stashed_messages',
    'Messages that actors have put aside.',
    byClass(({ stashed }) => stashed),
  ),
  counter(
    'actor_failures_total',
    'Failures of actors.',
    byClass(({ failures }) => failures),
  ),
  counter(
    'actor_restarts_total',
    'Restarts of actors.',
    byClass(({ restarts }) => restarts),
  ),
  counter(
    'actor_busy_seconds_total',
    'Time for which actors had the event loop to themselves.',
    byClass(({ busyTime }) => inSeconds(busyTime)),
  ),
];

// ---- other nodes ----------------------------------------------------------------------------------------------------

/** Those that only connect have another name at every start: they are not told apart. */
const isNamed = ({ address }: PeerView) => !address.endsWith(':0');

/** The nodes that are told apart, each by itself, and the rest together. */
function groupsOf(peers: readonly PeerView[]): [name: string, peers: PeerView[]][] {
  const linked = peers.filter(({ state }) => state !== 'quarantined');
  const named = new Set(linked.filter(isNamed).slice(0, mostPeers));
  const rest = linked.filter(peer => !named.has(peer));
  const groups = [...named].map(peer => [peer.address, [peer]] as [string, PeerView[]]);
  return rest.length === 0 ? groups : [...groups, [other, rest]];
}

const byPeer =
  (value: (peers: PeerView[]) => number | undefined, hasRest = true): NumberFamily['samples'] =>
  ({ peers }) =>
    groupsOf(peers).flatMap(([peer, group]) => {
      const known = hasRest || peer !== other ? value(group) : undefined;
      return known === undefined ? [] : [{ labels: { peer }, value: known }];
    });

const sumOf = (value: (peer: PeerView) => number) => (peers: PeerView[]) =>
  peers.reduce((sum, peer) => sum + value(peer), 0);

const worstOf = (value: (peer: PeerView) => number | undefined) => (peers: PeerView[]) => {
  const known = peers.map(value).filter(one => one !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

const states = ['connecting', 'up', 'unresponsive', 'quarantined'] as const;

const remotingFamilies: Family[] = [
  gauge('remoting_peers', 'Other nodes that are known, by their state.', ({ peers }) =>
    states.map(state => ({ labels: { state }, value: peers.filter(peer => peer.state === state).length })),
  ),
  counter(
    'remoting_sent_messages_total',
    'Messages sent to other nodes.',
    one(({ stats }) => stats.traffic.sent.messages),
  ),
  counter(
    'remoting_received_messages_total',
    'Messages received from other nodes.',
    one(({ stats }) => stats.traffic.received.messages),
  ),
  counter(
    'remoting_sent_bytes_total',
    'Bytes sent to other nodes.',
    one(({ stats }) => stats.traffic.sent.bytes),
  ),
  counter(
    'remoting_received_bytes_total',
    'Bytes received from other nodes.',
    one(({ stats }) => stats.traffic.received.bytes),
  ),
  counter(
    'remoting_malformed_total',
    'How often bytes have come that no node would send.',
    one(({ stats }) => stats.malformed),
  ),
  // The sum over nodes that come and go would fall: these have no rest.
  counter(
    'remoting_peer_sent_bytes_total',
    'Bytes sent to a node since it is connected.',
    byPeer(
      sumOf(({ sent }) => sent.bytes),
      false,
    ),
  ),
  counter(
    'remoting_peer_received_bytes_total',
    'Bytes received from a node since it is connected.',
    byPeer(
      sumOf(({ received }) => received.bytes),
      false,
    ),
  ),
  gauge(
    'remoting_queued_messages',
    'Messages that wait for the network.',
    byPeer(sumOf(({ queued }) => queued.messages)),
  ),
  gauge(
    'remoting_queued_bytes',
    'Bytes that wait for the network.',
    byPeer(sumOf(({ queued }) => queued.bytes)),
  ),
  gauge(
    'remoting_round_trip_seconds',
    'How long a frame and its answer took when that was measured last.',
    byPeer(worstOf(({ roundTrip }) => (roundTrip === undefined ? undefined : inSeconds(roundTrip)))),
  ),
  gauge(
    'remoting_silence_seconds',
    'For how long nothing has come from a node.',
    byPeer(worstOf(({ silence }) => inSeconds(silence))),
  ),
  gauge(
    'remoting_suspicion_phi',
    'How sure the phi-accrual detector is that a node is gone.',
    byPeer(worstOf(({ suspicion }) => suspicion)),
  ),
];

// ---- the process ----------------------------------------------------------------------------------------------------

const processFamilies: Family[] = [
  counter(
    'process_cpu_seconds_total',
    'CPU time of the process.',
    one(({ process }) => process.cpu),
  ),
  gauge(
    'process_start_time_seconds',
    'When the process started, since the Unix epoch.',
    one(({ process }) => process.startedAt),
  ),
  gauge(
    'process_resident_memory_bytes',
    'Resident memory of the process.',
    one(({ process }) => process.rss),
  ),
  gauge(
    'process_open_fds',
    'Open file descriptors.',
    one(({ process }) => process.openFds),
  ),
  gauge(
    'process_max_fds',
    'The most file descriptors that may be open.',
    one(({ process }) => process.maxFds),
  ),
  gauge(
    'nodejs_heap_size_total_bytes',
    'Size of the heap.',
    one(({ process }) => process.heapTotal),
  ),
  gauge(
    'nodejs_heap_size_used_bytes',
    'What of the heap is used.',
    one(({ process }) => process.heapUsed),
  ),
  gauge(
    'nodejs_external_memory_bytes',
    'Memory outside of the heap.',
    one(({ process }) => process.external),
  ),
  gauge(
    'nodejs_eventloop_lag_mean_seconds',
    'How late the event loop was since the last look, on average.',
    one(({ loop }) => inSeconds(loop.mean)),
  ),
  gauge(
    'nodejs_eventloop_lag_p50_seconds',
    'The same, in half of the cases at most.',
    one(({ loop }) => inSeconds(loop.p50)),
  ),
  gauge(
    'nodejs_eventloop_lag_p90_seconds',
    'The same, in 90 of 100 cases at most.',
    one(({ loop }) => inSeconds(loop.p90)),
  ),
  gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'The same, in 99 of 100 cases at most.',
    one(({ loop }) => inSeconds(loop.p99)),
  ),
  gauge(
    'nodejs_eventloop_lag_max_seconds',
    'The same, at worst.',
    one(({ loop }) => inSeconds(loop.max)),
  ),
  gauge(
    'nodejs_eventloop_utilization_ratio',
    'The share of the time since the last look in which the event loop was busy.',
    one(({ loop }) => loop.utilization),
  ),
];
