#!/usr/bin/env python3
"""A peer of a Troupe node, written from docs/wire-protocol.md. It is a node without a port that dials one other node.

    python3 examples/python/peer.py 127.0.0.1:9700 --actor /greeter

Needs Python 3.9, pyzmq and msgpack (Debian: python3-zmq, python3-msgpack). It has no CURVE and uses no relays.
"""
import argparse
import collections
import itertools
import secrets
import signal
import struct
import time

import msgpack
import zmq

HANDSHAKE, UNNUMBERED, ACK_NOW = 1, 2, 4
HELLO, WELCOME, REFUSE, HEARTBEAT, GOODBYE, DEFINE, USER, SYSTEM, CHUNK, RELAY, LOST, NOTED, RELAYED = range(1, 14)
CONTEXT = 14
OPERATIONS = ['watch', 'unwatch', 'terminated', 'stop', 'kill', 'abandoned', 'link', 'unlink', 'unlinked', 'exited']
WRITTEN_OUT = 0xFFFFFFFF

TICK, MAX_SILENCE = 1.0, 3.0  # seconds
CHUNK_SIZE, MAX_FRAME, MAX_MESSAGE = 256 * 1024, 1024 * 1024, 16 * 1024 * 1024
WINDOW_FRAMES, WINDOW_BYTES = 512, 4 * 1024 * 1024


class NodeDown(Exception):
    """The link has ended. To begin anew takes a new Peer, which has a new incarnation."""


class ActorStopped(Exception):
    """Who was asked has ended, or there is no such actor."""


class Lost(Exception):
    """The question was lost on its way."""


class RemoteError(Exception):
    """The answer was an error."""


class Malformed(Exception):
    """Bytes that are no frame, or break the protocol."""


class Ref(str):
    """The address of an actor, as it stands in messages."""


Terminated = collections.namedtuple('Terminated', 'path reason')
Terminated.__doc__ = 'What an actor gets when one that it watches has ended.'

Outgoing = collections.namedtuple('Outgoing', 'records letters has_system')
Outgoing.__doc__ = 'A numbered frame without its header, and what it carries: letters are pairs (recipient, sender).'

# ---- messages ---------------------------------------------------------------------------------------------------------


def encode(message):
    def other(value):
        if isinstance(value, Exception):
            return extension(6, {'name': type(value).__name__, 'message': str(value)})
        if isinstance(value, Ref):
            return msgpack.ExtType(2, value.encode())
        if isinstance(value, (set, frozenset)):
            return extension(4, list(value))
        if isinstance(value, int):  # one beyond 64 bits
            return msgpack.ExtType(5, str(value).encode())
        raise TypeError(f'{type(value).__name__} has no form on the wire')

    def extension(kind, value):
        return msgpack.ExtType(kind, encode(value))

    return msgpack.packb(message, default=other, strict_types=True, datetime=True)


def decode(body):
    def extension(kind, data):
        if kind == 1:  # undefined
            return None
        if kind == 2:
            return Ref(data.decode())
        if kind == 3:
            flat = decode(data)
            return dict(zip(flat[::2], flat[1::2]))
        if kind == 4:
            return set(decode(data))
        if kind == 5:
            return int(data)
        if kind == 6:
            error = decode(data)
            return RemoteError(f"{error.get('name')}: {error.get('message')}")
        return msgpack.ExtType(kind, data)

    return msgpack.unpackb(
        body, ext_hook=extension, timestamp=3, strict_map_key=False, unicode_errors='surrogatepass'
    )


# ---- bytes ------------------------------------------------------------------------------------------------------------


def text(value):
    data = value.encode()
    return struct.pack('>H', len(data)) + data


def place(address):
    return struct.pack('>I', 0) if address is None else struct.pack('>I', WRITTEN_OUT) + text(address)


def system_record(number, operation, path, address, reason):
    head = struct.pack('>BQB', SYSTEM, number, OPERATIONS.index(operation))
    return head + text(path) + text(address) + text(reason)


class Reader:
    """Reads the records of a frame."""

    def __init__(self, frame, places):
        self.frame = frame
        self.places = places
        self.at = 68

    def more(self):
        return self.at < len(self.frame)

    def take(self, count):
        start, self.at = self.at, self.at + count
        if self.at > len(self.frame):
            raise Malformed('a record claims more bytes than there are')
        return self.frame[start : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), 'big')

    def text(self):
        return self.take(self.number(2)).decode()

    def place(self):
        number = self.number(4)
        if number == 0:
            return None
        return self.text() if number == WRITTEN_OUT else self.places.get(number, '/$unknown')


# ---- the peer ---------------------------------------------------------------------------------------------------------


class Peer:
    """All happens in `pump`, which reads what has come, runs actors, and sends what is due."""

    def __init__(self, node, say=print):
        self.node = node
        self.say = say
        self.incarnation = secrets.token_bytes(16)
        self.address = f'{self.incarnation.hex()}:0'
        self.actors = {}  # path: function of a message and its sender
        self.watchers = collections.defaultdict(set)  # path here: addresses there
        self.watching = set()  # pairs (path here, path there)
        self.linked = {}  # pair (path here, path there): None, or the mark of an unlink that was not answered yet
        self.marks = itertools.count(1)
        self.asks = {}  # path: list that gets the outcome
        self.ask_numbers = itertools.count(1)
        # The link. What goes out:
        self.target = None  # the node's incarnation, once the link is up
        self.their_link = 0  # its number of the link; ours is 1
        self.max_message = MAX_MESSAGE
        self.outbox = collections.deque()  # not sent yet
        self.sequence = 0
        self.in_flight = {}  # sequence: Outgoing, not settled yet
        self.system_number = 0
        self.unconfirmed = []  # pairs (number, record)
        self.streams = itertools.count(1)
        # What comes in:
        self.heard = 0
        self.gaps = []
        self.heard_system = 0
        self.places = {}
        self.assembly = (None, b'')
        # What the node has to be told:
        self.owes_ack = self.tells_gaps = False
        self.noted = []
        # Time:
        self.next_tick = self.last_sent = 0.0
        self.last_heard = time.monotonic()
        self.socket = self.open()

    def open(self):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        name = secrets.token_bytes(16)
        socket.setsockopt(zmq.ROUTING_ID, bytes([name[0] | 0x80]) + name[1:])
        socket.setsockopt(zmq.IMMEDIATE, 1)
        socket.setsockopt(zmq.LINGER, 500)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME)
        socket.connect(f'tcp://{self.node}')
        return socket

    # ---- what a program does with it

    def join(self):
        """Says hello until the node answers. Raises NodeDown when it does not."""
        while self.target is None:
            self.pump(TICK)

    def tell(self, to, message, sender=None):
        """Sends to an actor of the node: by path, or by full address. The sender is a path here."""
        path = self.path_there(to)
        source = None if sender is None else self.address + sender
        body = encode(message)
        if len(body) > self.max_message:
            raise ValueError(f'the message takes {len(body)} bytes, and the node takes {self.max_message}')
        where = place(path) + place(source)
        if len(body) <= CHUNK_SIZE:
            self.post(struct.pack('>B', USER) + where + struct.pack('>I', len(body)) + body, [(path, sender)])
        else:
            stream = next(self.streams)
            for offset in range(0, len(body), CHUNK_SIZE):
                part = body[offset : offset + CHUNK_SIZE]
                head = struct.pack('>BIII', CHUNK, stream, offset, len(body)) + where
                self.post(head + struct.pack('>I', len(part)) + part, [(path, sender)])
        if path.startswith('/$ask/') and sender is not None:
            self.watchers[sender].discard(self.node + path)  # that was the answer

    def ask(self, to, question, timeout=5.0):
        """The answer to a question. Not to be called by an actor: it waits."""
        asker, outcome = f'/$ask/{next(self.ask_numbers)}', []
        self.asks[asker] = outcome
        self.tell(to, question, sender=asker)
        until = time.monotonic() + timeout
        try:
            while not outcome:
                if time.monotonic() >= until:
                    for operation in ('unwatch', 'abandoned'):
                        self.system(operation, self.path_there(to), self.address + asker)
                    raise TimeoutError(f'{to} has not answered within {timeout} s')
                self.pump(until - time.monotonic())
        finally:
            del self.asks[asker]
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def watch(self, to, watcher):
        """The actor `watcher` gets Terminated when the one at `to` has ended."""
        self.watching.add((watcher, self.path_there(to)))
        self.system('watch', self.path_there(to), self.address + watcher)

    def link(self, to, actor):
        """When the actor here, or the one at `to`, fails, is killed or is out of reach, the other is stopped, too."""
        pair = (actor, self.path_there(to))
        if not self.is_linked(pair):
            self.linked[pair] = None
            self.system('link', pair[1], self.address + actor)

    def unlink(self, to, actor):
        pair = (actor, self.path_there(to))
        if self.is_linked(pair):
            self.linked[pair] = str(next(self.marks))
            self.system('unlink', pair[1], self.address + actor, self.linked[pair])

    def is_linked(self, pair):
        return pair in self.linked and self.linked[pair] is None

    def stop(self, path, reason='stopped'):
        """Ends an actor here, and tells who watches it or is linked to it."""
        if self.actors.pop(path, None) is None:
            return
        for watcher in self.watchers.pop(path, ()):
            self.system('terminated', self.path_there(watcher), path, reason)
        for pair in [one for one in self.linked if one[0] == path and self.is_linked(one)]:
            del self.linked[pair]
            self.system('exited', pair[1], path, reason)

    def leave(self):
        """Waits until all has arrived, for a second at the most, and says goodbye."""
        until = time.monotonic() + 1
        while self.target and (self.outbox or self.in_flight) and time.monotonic() < until:
            self.send(UNNUMBERED | ACK_NOW, b'')
            self.pump(0.1)
        if self.target:
            self.handshake(self.target, struct.pack('>B', GOODBYE) + text('stop'))
        self.socket.close()

    def path_there(self, address):
        node, slash, path = address.partition('/')
        if node not in ('', self.node):
            raise ValueError(f'{address} is not on {self.node}, the only node that this peer has a link to')
        return slash + path

    # ---- what goes out

    def post(self, records, letters=(), has_system=False):
        self.outbox.append(Outgoing(records, letters, has_system))
        self.flush()

    def flush(self):
        """Sends numbered frames, as long as not too much is on its way."""
        while self.target and self.outbox and len(self.in_flight) < WINDOW_FRAMES:
            outgoing = self.outbox[0]
            if sum(len(one.records) for one in self.in_flight.values()) >= WINDOW_BYTES:
                return
            self.sequence += 1
            wants_ack = self.sequence % 64 == 0 or len(outgoing.records) >= CHUNK_SIZE
            if not self.send(ACK_NOW if wants_ack else 0, outgoing.records):
                self.sequence -= 1
                return
            self.in_flight[self.sequence] = self.outbox.popleft()

    def system(self, operation, path, address, reason=''):
        self.system_number += 1
        record = system_record(self.system_number, operation, path, address, reason)
        self.unconfirmed.append((self.system_number, record))
        self.post(record, has_system=True)

    def send(self, flags, records):
        """A frame of the link. Says whether the socket has taken it."""
        self.last_sent = time.monotonic()
        ack = self.gaps[0][0] - 1 if self.gaps else self.heard
        numbers = struct.pack('>IIQQQ', 1, self.their_link, self.sequence, ack, self.heard_system)
        if not self.send_frame(flags, self.target, numbers, records):
            return False
        self.owes_ack = False
        return True

    def handshake(self, target, record):
        self.send_frame(HANDSHAKE, target, bytes(32), record)

    def send_frame(self, flags, target, numbers, records):
        header = b'TR' + bytes([1, flags]) + self.incarnation + target + numbers
        try:
            self.socket.send(header + records, zmq.NOBLOCK)
            return True
        except zmq.Again:  # no connection at the moment, or it has no room
            return False

    def introduce(self, kind, target):
        names = text(self.address) + text('python') + text('')
        numbers = struct.pack('>BIII', 0, 1, self.their_link, MAX_MESSAGE)
        self.handshake(target, bytes([kind]) + names + numbers + text('') + text(''))

    def refuse(self, target, reason):
        self.handshake(target, struct.pack('>B', REFUSE) + text(reason))

    # ---- time

    def pump(self, seconds):
        """Waits for something to come, at the most so many seconds, and does what is due."""
        until = min(time.monotonic() + seconds, self.next_tick)
        if self.socket.poll(max(0, int((until - time.monotonic()) * 1000))):
            for _ in range(100):  # then time gets its turn
                try:
                    parts = self.socket.recv_multipart(zmq.NOBLOCK)
                except zmq.Again:
                    break
                self.receive(parts)
        self.flush()
        self.tell_what_is_due()
        if time.monotonic() >= self.next_tick:
            self.tick()

    def tell_what_is_due(self):
        if not (self.owes_ack or self.tells_gaps or self.noted):
            return
        gaps = [struct.pack('>BQQ', LOST, *gap) for gap in self.gaps]
        noted = [struct.pack('>BQQ', NOTED, *gap) for gap in self.noted]
        self.tells_gaps, self.noted = False, []
        self.send(UNNUMBERED, b''.join(gaps + noted))

    def tick(self):
        now = time.monotonic()
        self.next_tick = now + TICK
        if now - self.last_heard >= MAX_SILENCE:
            self.down('it does not answer', goodbye='silence')
        if self.target is None:
            self.introduce(HELLO, bytes(16))
        elif now - self.last_sent >= TICK / 3:
            self.send(UNNUMBERED, struct.pack('>BI', HEARTBEAT, 0))
        self.tells_gaps = bool(self.gaps)

    def down(self, reason, goodbye=None):
        if goodbye and self.target:
            self.handshake(self.target, struct.pack('>B', GOODBYE) + text(goodbye))
        self.target = None
        raise NodeDown(f'{self.node} is down: {reason}')

    # ---- what comes in

    def receive(self, parts):
        try:
            if len(parts) != 1 or len(parts[0]) < 68 or parts[0][:2] != b'TR':
                raise Malformed('it is no frame')
            self.frame(parts[0])
        except (Malformed, UnicodeDecodeError) as error:
            self.say(f'something malformed has come: {error}')

    def frame(self, frame):
        version, flags, source, target = frame[2], frame[3], frame[4:20], frame[20:36]
        reader = Reader(frame, self.places)
        if version != 1:  # of other versions only a refusal is understood
            if reader.number(1) == REFUSE:
                self.refused(source, reader.text())
            else:
                self.refuse(source, f'it speaks version {version} of the protocol, and only 1 is spoken here')
        elif flags & HANDSHAKE:
            self.introduced(source, target, reader)
        elif source != self.target:
            self.refuse(source, 'unknown')
        elif target != self.incarnation:
            self.refuse(source, 'stale')
        elif struct.unpack('>II', frame[36:44]) != (self.their_link, 1):
            self.refuse(source, 'introduce')
        elif self.is_new(flags, *struct.unpack('>QQQ', frame[44:68])):
            while reader.more():
                self.record(reader.number(1), reader)

    def introduced(self, source, target, reader):
        kind = reader.number(1)
        if kind != HELLO and target != self.incarnation:
            return
        if kind == REFUSE:
            self.refused(source, reader.text())
        elif kind == GOODBYE:
            self.down(f'it said goodbye ({reader.text()})')
        elif kind in (HELLO, WELCOME):
            if kind == HELLO:
                self.introduce(WELCOME, source)
            address, _version, _features = reader.text(), reader.text(), reader.text()
            _wants, link, _mine, size = (reader.number(count) for count in (1, 4, 4, 4))
            if self.target not in (None, source):
                self.down('it has restarted')
            elif self.target is not None and link > self.their_link:
                self.down('it had lost the connection, and begins anew')
            self.last_heard = time.monotonic()
            if self.target is None:
                self.target, self.node, self.their_link = source, address, link
                self.max_message = min(MAX_MESSAGE, size)
                self.flush()

    def refused(self, source, reason):
        is_same = source == self.target
        if reason == 'introduce' or (reason == 'unknown' and is_same):
            self.introduce(HELLO, bytes(16))
        elif not (reason == 'stale' and is_same):
            self.down('it has restarted' if reason in ('unknown', 'stale') else f'it refuses: {reason}')

    def is_new(self, flags, sequence, ack, system_ack):
        """Reads the numbers of a frame. Says whether its records are to be read."""
        self.last_heard = time.monotonic()
        for number in [one for one in self.in_flight if one <= ack]:
            del self.in_flight[number]
        self.unconfirmed = [one for one in self.unconfirmed if one[0] > system_ack]
        numbered = not flags & UNNUMBERED
        if numbered or flags & ACK_NOW:
            self.owes_ack = True
        if numbered and sequence <= self.heard:
            return False
        last_missing = sequence - 1 if numbered else sequence
        if last_missing > self.heard:
            self.gaps.append((self.heard + 1, last_missing))
            self.tells_gaps = True
        self.heard = max(self.heard, sequence)
        return True

    def record(self, kind, reader):
        if kind == HEARTBEAT:
            reader.number(4)
        elif kind == DEFINE:
            number = reader.number(4)
            self.places[number] = reader.text()
        elif kind == CONTEXT:
            reader.text()  # of the message behind it: nothing is traced here
        elif kind == USER:
            to, sender = reader.place(), reader.place()
            self.user(to, sender, reader.take(reader.number(4)))
        elif kind == SYSTEM:
            number, operation = reader.number(8), reader.number(1)
            path, address, reason = reader.text(), reader.text(), reader.text()
            if operation >= len(OPERATIONS):
                raise Malformed(f'there is no operation {operation}')
            if number == self.heard_system + 1:
                self.heard_system = number
                self.obey(OPERATIONS[operation], path, address, reason)
        elif kind == CHUNK:
            stream, offset, total = reader.number(4), reader.number(4), reader.number(4)
            to, sender = reader.place(), reader.place()
            self.chunk(stream, offset, total, to, sender, reader.take(reader.number(4)))
        elif kind == LOST:
            self.lost(reader.number(8), reader.number(8))
        elif kind == NOTED:
            gap = (reader.number(8), reader.number(8))
            self.gaps = [one for one in self.gaps if one != gap]
            self.owes_ack = True
        else:
            raise Malformed(f'a record of kind {kind}')

    def user(self, to, sender, body):
        try:
            message = decode(body)
        except Exception as error:
            return self.say(f'a message to {to} is not to be read: {error}')
        if to in self.asks:
            return self.asks[to].append(message)
        if sender is not None and sender.startswith(f'{self.node}/$ask/'):
            self.obey('watch', to, sender, '')
        self.deliver(to, message, sender)

    def deliver(self, to, message, sender):
        if to not in self.actors:
            return self.say(f'there is no {to} to take {message!r}')
        try:
            self.actors[to](message, sender)
        except NodeDown:
            raise
        except Exception as error:
            self.say(f'{to} has failed: {error!r}')
            self.stop(to, 'failed')

    def chunk(self, stream, offset, total, to, sender, part):
        if total > MAX_MESSAGE:
            return
        known, body = (stream, b'') if offset == 0 else self.assembly
        if known != stream or len(body) != offset:
            return  # a part was lost
        self.assembly = (stream, body + part)
        if len(body) + len(part) == total:
            self.assembly = (None, b'')
            self.user(to, sender, body + part)

    def obey(self, operation, path, address, reason):
        if operation == 'watch' and path in self.actors:
            self.watchers[path].add(address)
        elif operation == 'watch':
            self.system('terminated', self.path_there(address), path, 'notFound')
        elif operation == 'unwatch':
            self.watchers[path].discard(address)
        elif operation == 'terminated' and path in self.asks:
            self.asks[path].append(ActorStopped(f'{address} has ended ({reason}) and will not answer'))
        elif operation == 'terminated' and (path, address) in self.watching:
            self.watching.remove((path, address))
            self.deliver(path, Terminated(address, reason), None)
        elif operation == 'link' and path not in self.actors:
            self.system('exited', self.path_there(address), path, 'notFound')
        elif operation == 'link':
            # Not one that was said before our unlink was heard.
            self.linked.setdefault((path, self.path_there(address)))
        elif operation == 'unlink':
            pair = (path, self.path_there(address))
            if self.is_linked(pair):
                del self.linked[pair]
            self.system('unlinked', pair[1], path, reason)
        elif operation == 'unlinked' and self.linked.get((path, address)) == reason:
            del self.linked[(path, address)]
        elif operation == 'exited' and self.is_linked((path, address)):
            del self.linked[(path, address)]
            if reason != 'stopped':
                self.stop(path, 'failed')
        elif operation in ('stop', 'kill'):
            self.stop(path, 'stopped' if operation == 'stop' else 'killed')

    def lost(self, first, last):
        """Those frames have not arrived, and will not be taken any more."""
        frames = [self.in_flight.pop(one) for one in range(first, last + 1) if one in self.in_flight]
        for to, sender in {letter for frame in frames for letter in frame.letters}:
            self.say(f'a message to {to} was lost on its way')
            if sender in self.asks:
                self.asks[sender].append(Lost(f'the question to {to} was lost on its way'))
        if any(frame.has_system for frame in frames):
            self.post(b''.join(record for _, record in self.unconfirmed), has_system=True)
        self.noted.append((first, last))


# ---- an example -------------------------------------------------------------------------------------------------------


def main():
    options = argparse.ArgumentParser(description='Talks to an actor of a Troupe node.')
    options.add_argument('node', help='host:port of the node')
    options.add_argument('--actor', default='/greeter', help='the path of the actor (/greeter)')
    arguments = options.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def say(line):
        print(line, flush=True)

    peer = Peer(arguments.node, say)

    def echo(message, sender):
        say(f'echo: got {message!r}')
        if sender is not None:
            peer.tell(sender, message, sender='/echo')

    peer.actors['/echo'] = echo
    peer.actors['/printer'] = lambda message, _: say(f'printer: got {message!r}')
    try:
        peer.join()
        say(f'joined {peer.node}')
        refs = {name: Ref(f'{peer.address}/{name}') for name in ('echo', 'printer')}
        peer.watch(arguments.actor, watcher='/printer')
        peer.tell(arguments.actor, {'hello': 'Python', **refs}, sender='/printer')
        say(f"{arguments.actor} answered: {peer.ask(arguments.actor, {'name': 'Python'})}")
        while True:
            peer.pump(TICK)
    except KeyboardInterrupt:
        peer.leave()
        say('said goodbye')
    except NodeDown as error:
        say(error)


if __name__ == '__main__':
    main()
