// The load for http.mjs: bare sockets, each of which sends the next request when the answer to the one before is there.
// Prints requests a second, and how many there were in all.
import { connect } from 'node:net';

const [port, connections, seconds] = process.argv.slice(2).map(Number);
const body = JSON.stringify({
  id: 7,
  name: 'someone',
  tags: ['one', 'two', 'three'],
  address: { street: 'High', number: 12 },
});
const head = [
  'POST /echo HTTP/1.1',
  'Host: 127.0.0.1',
  'Accept: application/json',
  'Content-Type: application/json',
  `Content-Length: ${body.length}`,
];
const request = Buffer.from([...head, '', body].join('\r\n'));
const answered = JSON.stringify({ data: JSON.parse(body) });

let done = 0;
let early = 0;
let began = 0;

function ask() {
  const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
  let text = '';
  socket.on('connect', () => socket.write(request));
  socket.on('error', fail);
  socket.on('data', chunk => {
    text += chunk;
    if (!text.endsWith(answered)) return;
    if (!text.startsWith('HTTP/1.1 200 ')) fail(new Error(text));
    text = '';
    done++;
    socket.write(request);
  });
  socket.on('close', () => fail(new Error(`a connection ended: ${text}`)));
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

for (let i = 0; i < connections; i++) ask();
// The first moments are for whatever has to get going.
setTimeout(() => {
  began = performance.now();
  early = done;
}, 300);
setTimeout(
  () => {
    const rate = (done - early) / ((performance.now() - began) / 1000);
    console.log(JSON.stringify({ rate, total: done }));
    process.exit(0);
  },
  300 + seconds * 1000,
);
