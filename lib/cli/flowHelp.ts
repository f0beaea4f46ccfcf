/** What `startflow --help` says. */

export const flowHelp = `\
startflow FILE [options]             runs the flow that a YAML file describes
startflow lint FILE...               says what is wrong with flows; 1 if anything is
startflow graph FILE [options]       draws a flow
startflow list                       the actors that a flow can have by name
startflow show ACTOR                 what an actor does and its parameters
startflow schema                     the JSON schema of the files, for editors

  -s, --set NAME=VALUE          a variable for \${NAME} in the file, before those of the environment; may be given again
      --stop-when idle|never    run: stop when no source has anything left, whatever the file says
  -f, --format mermaid|svg|json graph: what to draw (mermaid)
  -o, --output FILE             graph: where to (standard output)
      --all                     graph: also the queues to the error actor and the log actor that are there of themselves
  -v, --verbose                 log more: stack traces, debug lines, dead letters
      --log-level LEVEL         log from this level on: trace, debug, info, warn, error, fatal or silent (warn)
      --json                    log lines, and what lint says, as JSON
      --version, --help

A flow runs until SIGINT or SIGTERM, unless it says stopWhen: idle. Then its queues drain, for at most its stopTimeout.

Ends with 0 when the flow has stopped by itself, 1 when it cannot start or has failed, 130 or 143 after SIGINT or
SIGTERM; a second signal ends it at once.
`;
