// Bugs to plant: texts of lib/ and what to put in their place. The simulator must find each of them, or it is not as good as
// it seems. `from` must occur exactly once in its file.

export const plants = [
  {
    name: 'forget a watch',
    file: 'remoting/link.ts',
    from: '    this.#watches.set(keyOf(watcher.path, watched.path), { watcher, watched });',
    to: '',
  },
  {
    name: 'read a frame that came twice',
    file: 'remoting/link.ts',
    from: 'if (sequence <= this.#heardSequence) return false;',
    to: '',
  },
  {
    name: 'accept a gap in system records',
    file: 'remoting/link.ts',
    from: 'if (number !== this.#heardSystem + 1) return false;',
    to: 'if (number <= this.#heardSystem) return false;',
  },
  {
    name: 'take any incarnation for the one that is known',
    file: 'remoting/hub.ts',
    from: 'if (peer.incarnation === incarnation) return this.#reroute(peer, route);',
    to: 'if (peer.incarnation !== undefined) return this.#reroute(peer, route);',
  },
  {
    name: 'never send a system record again',
    file: 'remoting/link.ts',
    from: 'for (const record of lost) this.#writer.system(record);',
    to: '',
  },
  {
    name: 'confirm one system record too many',
    file: 'remoting/link.ts',
    from: 'this.#unconfirmed.filter(record => record.number > number);',
    to: 'this.#unconfirmed.filter(record => record.number > number + 1);',
  },
  {
    name: 'tell no watcher that a node is down',
    file: 'remoting/link.ts',
    from: "      watcher.inlet.signal({ type: 'terminated', ref: watched, reason: termination }, watcher);",
    to: '      void [watcher, watched];',
  },
  {
    name: 'forget who was declared down',
    file: 'remoting/hub.ts',
    from: 'this.#dead.set(incarnation, now + quarantineFor);',
    to: '',
  },
  {
    name: 'go on ticking after the end',
    file: 'remoting/remoting.ts',
    from: '    this.#cancelTick?.();\n',
    to: '',
  },
];
