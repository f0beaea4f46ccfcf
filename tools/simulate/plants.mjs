// Bugs to plant: texts of lib/ and what to put in their place. The simulator must find each of them, or it is not as good as
// it seems. `from` must occur exactly once in its file.

export const plants = [
  {
    name: 'forget a watch',
    file: 'remoting/linkWatches.ts',
    from: 'this.#ours.set(keyOf(watcher.path, watched.path), { watcher, watched });',
    to: '',
  },
  {
    name: 'tell no watcher that a node is down',
    file: 'remoting/linkWatches.ts',
    from: "watcher.inlet.signal({ type: 'terminated', ref: watched, reason }, watcher);",
    to: 'void [watcher, watched];',
  },
  {
    name: 'read a frame that came twice',
    file: 'remoting/arrived.ts',
    from: '    if (sequence <= this.#heard) return false;\n',
    to: '',
  },
  {
    name: 'accept a gap',
    file: 'remoting/arrived.ts',
    from: 'this.#gaps.push({ first: this.#heard + 1, last: sequence });',
    to: '',
  },
  {
    name: 'confirm what is lost',
    file: 'remoting/arrived.ts',
    from: 'return oldest === undefined ? this.#heard : oldest.first - 1;',
    to: 'return oldest === undefined ? this.#heard : oldest.last;',
  },
  {
    name: 'take one frame too many for confirmed',
    file: 'remoting/inFlight.ts',
    from: 'if (frame.sequence > sequence) break;',
    to: 'if (frame.sequence > sequence + 1) break;',
  },
  {
    name: 'overlook the first frame of those that are lost',
    file: 'remoting/inFlight.ts',
    from: 'sequence >= first && sequence <= last',
    to: 'sequence > first && sequence <= last',
  },
  {
    name: 'accept a gap in system records',
    file: 'remoting/link.ts',
    from: 'if (number !== this.#heardSystem + 1) return false;',
    to: 'if (number <= this.#heardSystem) return false;',
  },
  {
    name: 'never send a system record again',
    file: 'remoting/link.ts',
    from: 'for (const record of this.#unconfirmed) {',
    to: 'for (const record of this.#unconfirmed.slice(0, 0)) {',
  },
  {
    name: 'confirm one system record too many',
    file: 'remoting/link.ts',
    from: 'this.#unconfirmed.filter(({ number }) => number > systemAck);',
    to: 'this.#unconfirmed.filter(({ number }) => number > systemAck + 1);',
  },
  {
    name: 'forget what was lost on the way',
    file: 'remoting/link.ts',
    from: "for (const freight of freights) this.#isLost(freight, 'inDoubt');",
    to: '',
  },
  {
    name: 'forget what was on its way when the link ended',
    file: 'remoting/link.ts',
    from: "for (const freight of this.#inFlight.takeAll()) this.#isLost(freight, 'inDoubt');",
    to: '',
  },
  {
    name: 'forget what waited when the link ended',
    file: 'remoting/link.ts',
    from: 'freight.eachLetter((message, sender, to) => this.#deadLetter(message, sender, to, letterReason));',
    to: '',
  },
  {
    name: 'leave in the books what was lost',
    file: 'remoting/link.ts',
    from: 'this.#parts.host.counts.transmitted -= freight.count;',
    to: '',
  },
  {
    name: 'let a small message overtake a large one',
    file: 'remoting/link.ts',
    from: 'if (!isLarge && !this.#lane.holds(pair) && !(isLast && this.#lane.holdsFor(to.step))) return false;',
    to: 'if (!isLarge) return false;',
  },
  {
    name: 'let a large message overtake a small one',
    file: 'remoting/lane.ts',
    from: '      if (size === left && parcel.after > sentBatch) break;\n',
    to: '',
  },
  {
    name: 'put a message together of what chunks there are',
    file: 'remoting/arrivals.ts',
    from: 'if (assembly?.stream !== stream || assembly.size !== offset || assembly.total !== total) return;',
    to: 'if (assembly === undefined) return;',
  },
  {
    name: 'define an address once, and hope',
    file: 'remoting/places.ts',
    from: 'if (!known.isConfirmed && known.definedIn !== frame) {',
    to: 'if (!known.isConfirmed && known.definedIn === undefined) {',
  },
  {
    name: 'take the next life of a node for the one that is known',
    file: 'remoting/hub.ts',
    from: "peer = this.#replace(peer, 'newIncarnation', now);",
    to: 'this.#byIncarnation.set(incarnation, Object.assign(peer, { incarnation, theirLink: link }));',
  },
  {
    name: 'forget who was declared down',
    file: 'remoting/hub.ts',
    from: 'this.#dead.set(incarnation, now + quarantineFor);',
    to: '',
  },
  {
    name: 'take what was meant for the life before',
    file: 'remoting/hub.ts',
    from: 'const isMeant = target === this.#options.incarnation || target === noIncarnation;',
    to: 'const isMeant = target !== undefined;',
  },
  {
    name: 'give asks the same names in each life',
    file: 'core/ask.ts',
    from: 'desk.world.secret()',
    to: "''",
  },
  {
    name: 'take what belongs to another pair of links',
    file: 'remoting/hub.ts',
    from: 'if (isMeant && link === peer.theirLink && yourLink === peer.link) return peer.address;',
    to: 'if (isMeant) return peer.address;',
  },
  {
    name: 'go on ticking after the end',
    file: 'remoting/remoting.ts',
    from: '    this.#cancelTick?.();\n',
    to: '',
  },
];
