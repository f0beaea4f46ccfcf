/** Orders from a CSV file to a file with one JSON object a line; csvToNdjson.yaml is the same in YAML. */
import { Director, EventTemplate, FileSink, FileSource, JSONValidator, Null, STDOUT } from 'troupe/flow';

const { OUT = 'orders.ndjson' } = process.env;
const file = new URL('orders.csv', import.meta.url).pathname;
const schema = { type: 'object', properties: { qty: { type: 'integer', minimum: 1 } } };

const director = new Director({ name: 'csvToNdjson', stopWhen: 'idle' });
director.registerLogActor(Null, 'log');

const rows = director.registerActor(FileSource, 'rows', {
  file,
  format: 'csv',
  types: { id: 'number', qty: 'number', price: 'number' },
});
const orders = director.registerActor(JSONValidator, 'orders', { schema });
const sink = director.registerActor(FileSink, 'file', { file: OUT, format: 'ndjson', mode: 'replace' });
const complaints = director.registerActor(EventTemplate, 'complaints', {
  template: 'line {{line}}: {{error}}',
});
const terminal = director.registerActor(STDOUT, 'terminal');

director.connectQueue(rows, orders);
director.connectQueue(orders, sink);
for (const actor of [rows, orders, sink]) director.connectErrorQueue(actor, complaints);
director.connectQueue(complaints, terminal);

await director.start({ block: true });
