// `troupe replay` as a process, for its specs.
import { runReplay } from '../../../dist/cli/replay.js';

process.exit(await runReplay(process.argv.slice(2)));
