/** What `startnode --help` and `--version` say. */
import { readFileSync } from 'node:fs';

export const help = `\
startnode --actor module.Class [options]

Starts a node, spawns one top-level actor on it and runs until that stops.

startnode keygen [FILE]

Writes a new key pair to a file for --curve, and prints its public key; without a file, prints both as JSON.

  -a, --actor module.Class      the actor: a dotted path from the working directory (.js, .mjs, .cjs or .ts),
                                ./path/file.js#Class, or package#Class
  -i, --params JSON             what it is spawned with
  -m, --message JSON            a message to it once it is spawned; may be given again
  -n, --name NAME               its name; made up from its class unless given
  -r, --remoting [host:]port    let other nodes reach this one (host: 127.0.0.1); none without it
      --relay                   forward between nodes that cannot see each other
      --relays host:port        stay connected with this relay; may be given again
      --curve FILE              encrypt, and let only those connect whose key is on the list in this file, which is
                                read again when it changes, and on SIGHUP
      --insecure                allow an address that is not loopback without encryption
  -d, --remote-debugging        open a console on a socket for this user: troupe attach, troupe top
      --observable              let other nodes look at this one: troupe top host:port
      --observable-control      and restart, stop and kill its actors that way
      --dashboard [host:]port   serve a page that shows the node (host: 127.0.0.1)
      --dashboard-control       that can send messages to actors, and restart, stop and kill them; needs a token
      --dashboard-token-file FILE
                                the secret for the page; or TROUPE_DASHBOARD_TOKEN, or "dashboard-token" in the config file
  -k, --keep-running            spawn it again, 1 s after it has ended; messages are not repeated
      --config FILE             a JSON file with these options: {"actor": "app.Main", "params": {...}, "message": [...]}
  -v, --verbose                 log more: dead letters, debug lines, stack traces
      --log-level LEVEL         log from this level on: trace, debug, info, warn, error, fatal or silent (warn)
      --json                    log lines (on standard error) as JSON objects
      --version, --help

An option that is not on the command line comes from the environment (TROUPE_ACTOR, TROUPE_KEEP_RUNNING, ...), else
from the config file. --no-verbose and the like turn off what those turn on.

Ends with 0 when the actor stops by itself, 1 when it cannot start or has failed, 130 or 143 after SIGINT or SIGTERM,
which stop it in order; a second signal ends it at once.
`;

export function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
