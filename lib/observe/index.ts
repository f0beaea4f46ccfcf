/** What makes a running node visible: metrics, traces, a dashboard, a console, a recorder. The subpath `troupe/observe`. */
export {};
