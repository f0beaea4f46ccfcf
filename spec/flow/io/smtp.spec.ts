import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { assert } from 'chai';
import { createTransport } from 'nodemailer';
import {
  type Event,
  FlowHarness,
  JSONEvent,
  SMTPIn,
  type SMTPInParams,
  SMTPOut,
  type SMTPOutParams,
  XMLEvent,
} from '../../../lib/flow/index.ts';
import { textOfHtml } from '../../../lib/flow/io/mailText.ts';
import { certificate, key } from './certificate.ts';
import { freshDirectory } from './support.ts';

/** Headers and the text. */
interface Fields {
  payload: string;
  Subject: string;
  [header: string]: unknown;
}

const host = '127.0.0.1';
const receive = (params: SMTPInParams = {}) =>
  FlowHarness.start(SMTPIn, { params: { host, ports: [0], ...params } });
const portOf = ({ actor }: { actor: SMTPIn }) => actor.ports[0] as number;
const send = (port: number, params: SMTPOutParams = {}) =>
  FlowHarness.start(SMTPOut, { params: { host: [host, port], ...params } });

describe('SMTPOut to SMTPIn', () => {
  it('sends XML as a mail, and receives it as XML', async () => {
    const receiver = await receive();
    const sender = await send(portOf(receiver), { domain: 'example.org' });
    const mail = new XMLEvent({
      data: `<Mail><To>a@x.org, B &lt;b@y.org&gt;</To><From>robot</From><Subject>Gruß &amp; mehr</Subject>
        <X-Order>7</X-Order><Body>Hello\n.dot\nÜ</Body></Mail>`,
    });
    await sender.put(mail);
    assert.equal((await sender.next()).eventId, mail.eventId, 'it is sent on');
    const event = await receiver.next();
    assert.instanceOf(event, XMLEvent);
    const email = memberOf(event.convert(JSONEvent), 'email');
    assert.deepInclude(email, {
      From: 'robot@example.org',
      To: 'a@x.org, B <b@y.org>',
      Subject: 'Gruß & mehr',
    });
    assert.equal(email['X-Order'], '7');
    assert.equal(email.payload.replace(/\r/g, ''), 'Hello\n.dot\nÜ');
    assert.deepEqual(
      [event.get('mailFrom'), event.get('rcptTo')],
      ['robot@example.org', ['a@x.org', 'b@y.org']],
    );
    await sender.stop();
    await receiver.stop();
  });

  it('sends JSON as a mail, and receives it as JSON', async () => {
    const receiver = await receive({ outputFormat: 'json', keepRaw: true });
    const sender = await send(portOf(receiver), { fromAddress: 'me@example.org', key: 'order/mail' });
    const mail = {
      To: ['a@x.org', 'b@x.org'],
      Bcc: 'c@x.org',
      subject: 'S',
      'X-List': ['1', '2'],
      Body: 'B',
    };
    await sender.put(new JSONEvent({ data: { order: { mail } } }));
    const event = await receiver.next();
    assert.instanceOf(event, JSONEvent);
    const data = event.data as Fields;
    assert.deepInclude(data, {
      From: 'me@example.org',
      To: 'a@x.org, b@x.org',
      Subject: 'S',
      'X-List': ['1', '2'],
    });
    assert.equal(String(data.payload).trim(), 'B');
    assert.notProperty(data, 'Bcc');
    assert.deepEqual(event.get('rcptTo'), ['a@x.org', 'b@x.org', 'c@x.org']);
    assert.match(String(event.get('raw')), /^From: me@example\.org\r\n/m);
    await sender.stop();
    await receiver.stop();
  });

  it('lets no data become a file, another header or another recipient', async () => {
    const receiver = await receive({ outputFormat: 'json' });
    const sender = await send(portOf(receiver));
    const data = {
      To: 'a@x.org',
      From: 'me@x.org',
      Subject: 'S\r\nBcc: spy@x.org\r\n\r\nother text',
      'Content-Type': 'multipart/mixed',
      Body: 'B',
    };
    await sender.put(new JSONEvent({ data }));
    const event = await receiver.next();
    assert.deepEqual(event.get('rcptTo'), ['a@x.org']);
    const got = event.data as Fields;
    assert.equal(got.Subject, 'S Bcc: spy@x.org other text');
    assert.match(got['Content-Type'] as string, /^text\/plain/);
    await sender.put(
      new JSONEvent({ data: { To: 'a@x.org', From: 'me@x.org', Body: { path: '/etc/passwd' } } }),
    );
    assert.match((await sender.error()).error?.message as string, /Body of a mail must be a text/);
    await sender.put(new JSONEvent({ data: { To: 'a@x.org', From: 'me@x.org', 'X: y\r\nZ': '1' } }));
    assert.match((await sender.error()).error?.message as string, /can't be the name of a header/);
    await sender.stop();
    await receiver.stop();
  });

  it('offers TLS with a key and a certificate', async () => {
    const [keyFile, certFile] = [at('key.pem'), at('cert.pem')];
    writeFileSync(keyFile, key);
    writeFileSync(certFile, certificate);
    for (const secure of [false, true]) {
      const receiver = await receive({ keyFile, certFile, secure, outputFormat: 'json' });
      const transport = createTransport({
        host,
        port: portOf(receiver),
        secure,
        requireTLS: true,
        tls: { rejectUnauthorized: false },
      });
      await transport.sendMail({ from: 'a@x.org', to: 'b@x.org', subject: 'S', text: 'secret' });
      const { payload } = (await receiver.next()).data as Fields;
      assert.match(payload, /^secret/);
      await receiver.stop();
    }
  });
  const at = freshDirectory();
});

describe('SMTPOut', () => {
  for (const [what, data] of [
    ['no To', { Subject: 'S', From: 'me@x.org' }],
    ['an empty To', { To: '', From: 'me@x.org' }],
    ['None as To', { To: 'None', From: 'me@x.org' }],
    ['null as To', { To: null, From: 'me@x.org' }],
  ] as const) {
    it(`sends no mail with ${what}, says so and sends the event on`, async () => {
      const sender = await send(1);
      await sender.put(new JSONEvent({ data }));
      assert.deepEqual((await sender.next()).data, data);
      await sender.settled();
      assert.deepInclude(sender.takeLogs()[0]?.data, { level: 'INFO', originActor: 'actor' });
      await sender.stop();
    });
  }

  it('sends an event to the error outboxes when nobody takes the mail', async () => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const sender = await send(port);
    await sender.put(new JSONEvent({ data: { To: 'a@x.org', From: 'me@x.org' } }));
    assert.match((await sender.error()).error?.message as string, /the mail was not sent: .*ECONNREFUSED/);
    assert.deepEqual(sender.takeAll(), []);
    await sender.stop();
  });

  it('sends nothing without TLS where that is required', async () => {
    const receiver = await receive();
    const sender = await send(portOf(receiver), { requireTLS: true, fromAddress: 'a@x.org' });
    await sender.put(new JSONEvent({ data: { To: 'b@x.org', Body: 'secret' } }));
    assert.equal((await sender.error()).error?.name, 'ServiceUnavailable');
    await sender.stop();
    await receiver.stop();
    assert.deepEqual(receiver.takeAll(), []);
  });

  it('says which recipients were refused where others were not', async () => {
    const receiver = await receive({ recipients: ['a@x.org'] });
    const sender = await send(portOf(receiver));
    await sender.put(new JSONEvent({ data: { To: 'a@x.org, b@x.org', From: 'me@x.org', Body: 'x' } }));
    await sender.next();
    assert.match(sender.takeLogs()[0]?.message as string, /refused for b@x\.org/);
    assert.deepEqual((await receiver.next()).get('rcptTo'), ['a@x.org']);
    await sender.stop();
    await receiver.stop();
  });

  it('needs a sender', async () => {
    const sender = await send(1);
    await sender.put(new JSONEvent({ data: { To: 'a@x.org' } }));
    assert.match((await sender.error()).error?.message as string, /needs a From/);
    await sender.stop();
  });

  for (const params of [
    { host: [] },
    { host: 25 },
    { host: null },
    { requireTLS: 'yes' },
    { host: ['x', 0] },
    { domain: 5 },
    { auth: { user: 'x' } },
    { secure: 1 },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new SMTPOut('out', params as never), /^out: \w+ must be/);
    });
  }

  it('does not show a password that it refuses', () => {
    const auth = { user: '', pass: 'hunter2' };
    try {
      new SMTPOut('out', { auth });
      assert.fail('it was taken');
    } catch (error) {
      assert.notInclude((error as Error).message, 'hunter2');
    }
  });
});

describe('SMTPIn', () => {
  const at = freshDirectory();
  const mailTo = (receiver: { actor: SMTPIn }, to: string, body: object = { text: 'x' }) => {
    const transport = createTransport({ host, port: portOf(receiver) });
    return transport.sendMail({ from: 'a@x.org', to, subject: 'S', ...body });
  };
  const refusal = async (sending: Promise<unknown>) => {
    try {
      await sending;
      return 'taken';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('takes mails only for its recipients', async () => {
    const receiver = await receive({ recipients: ['Orders@x.org', '@y.org'] });
    assert.match(await refusal(mailTo(receiver, 'else@x.org')), /550 No such recipient/);
    await mailTo(receiver, 'orders@X.org');
    await mailTo(receiver, 'anybody@y.org');
    assert.deepEqual((await receiver.next()).get('rcptTo'), ['orders@x.org']);
    assert.deepEqual((await receiver.next()).get('rcptTo'), ['anybody@y.org']);
    await receiver.stop();
  });

  it('takes no mail that is too large', async () => {
    const receiver = await receive({ maxBytes: 5000 });
    assert.match(await refusal(mailTo(receiver, 'b@x.org', { text: 'x\n'.repeat(5000) })), /552/);
    await receiver.settled();
    assert.deepEqual(receiver.takeAll(), []);
    // One that has lied about its size.
    const socket = connect(portOf(receiver), host);
    let said = '';
    socket.on('data', chunk => {
      said += chunk.toString();
    });
    const say = async (line: string, code: string) => {
      socket.write(`${line}\r\n`);
      while (!said.includes(code)) await once(socket, 'data');
      said = '';
    };
    while (!said.includes('220 ')) await once(socket, 'data');
    await say('EHLO me', '250 ');
    await say('MAIL FROM:<a@x.org>', '250 ');
    await say('RCPT TO:<b@x.org>', '250 ');
    await say('DATA', '354 ');
    await say(`${'x\r\n'.repeat(5000)}.`, '552 ');
    socket.destroy();
    await receiver.settled();
    assert.deepEqual(receiver.takeAll(), []);
    await receiver.stop();
  });

  it('takes no more than 1000 recipients for one mail', async () => {
    const receiver = await receive();
    const to = Array.from({ length: 1001 }, (_, n) => `r${n}@x.org`);
    const transport = createTransport({ host, port: portOf(receiver) });
    const { rejected } = await transport.sendMail({ from: 'a@x.org', to, text: 'x' });
    assert.deepEqual(rejected, ['r1000@x.org']);
    assert.lengthOf((await receiver.next()).get('rcptTo') as string[], 1000);
    transport.close();
    await receiver.stop();
  });

  it('gives the text of HTML where there is no other', async () => {
    const receiver = await receive({ outputFormat: 'json' });
    await mailTo(receiver, 'b@x.org', { html: '<style>p{}</style><p>Hi <b>you</b> &amp; me</p><p>2</p>' });
    assert.equal(((await receiver.next()).data as Fields).payload, 'Hi you & me\n2');
    await mailTo(receiver, 'b@x.org', { html: '<p>html</p>', text: 'plain' });
    assert.match(((await receiver.next()).data as Fields).payload, /^plain/);
    await receiver.stop();
  });

  it('makes XML of any header and any text', async () => {
    const receiver = await receive();
    const headers = { '9-Strange!': 'a\u0001b' };
    await mailTo(receiver, 'b@x.org', { headers, text: 'bell \u0007 <tag> & \ud800' });
    const email = memberOf((await receiver.next()).convert(JSONEvent), 'email');
    assert.match(email.payload, /^bell {3}<tag> & \ufffd/);
    assert.property(email, '_9-Strange_');
    await receiver.stop();
  });

  it('says that a mail was taken only when there was room for its event', async () => {
    let open = () => {};
    const gate = new Promise<void>(resolve => {
      open = resolve;
    });
    class Full extends SMTPIn {
      protected override async emit(event: Event) {
        await gate;
        await super.emit(event);
      }
    }
    const receiver = await FlowHarness.start(Full, { params: { host, ports: [0] } });
    let isTaken = false;
    const sending = mailTo(receiver, 'b@x.org').then(() => {
      isTaken = true;
    });
    for (let turn = 0; turn < 300; turn++) await new Promise(resolve => setImmediate(resolve));
    assert.isFalse(isTaken);
    open();
    await sending;
    await receiver.next();
    await receiver.stop();
  });

  it('stops although somebody stays connected', async () => {
    const receiver = await receive();
    const socket = connect(portOf(receiver), host);
    await once(socket, 'data');
    socket.resume();
    await receiver.stop();
    if (!socket.closed) await once(socket, 'close');
  });

  it('does not start with files that are no key and no certificate', async () => {
    writeFileSync(at('no.pem'), 'no');
    for (const file of [at('no.pem'), at('nothing.pem')]) {
      const started = await receive({ keyFile: file, certFile: file }).catch((error: Error) => error);
      assert.match((started as Error).message, /^actor: keyFile and certFile can't be used: /);
    }
  });

  it('listens at several ports', async () => {
    const receiver = await receive({ ports: [0, 0] });
    assert.equal(new Set(receiver.actor.ports).size, 2);
    await receiver.stop();
  });

  for (const params of [
    { ports: [] },
    { ports: [99_999] },
    { outputFormat: 'yaml' },
    { recipients: 'a@x.org' },
    { maxBytes: 0 },
    { keyFile: 'key.pem' },
    { keepRaw: 1 },
    { secure: 'no' },
    { secure: true },
  ]) {
    it(`refuses ${JSON.stringify(params)}`, () => {
      assert.throws(() => new SMTPIn('in', params as never), /^in: \w+ must be/);
    });
  }
});

describe('textOfHtml', () => {
  for (const [html, expected] of [
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['&lt;&#65;&#x42;&nosuch;&#99999999;&copy;', '<AB&nosuch;&#99999999;&copy;'],
    ['<script>x<y</SCRIPT>text<!-- <p>no</p> -->', 'text'],
    ['before<script>never ends', 'before'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ] as const) {
    it(`reads ${html}`, () => assert.equal(textOfHtml(html), expected));
  }

  it('takes no longer for what is made to take long', () => {
    for (const part of ['<', '<script', '<!--', '&', '<br', '<style></style'])
      textOfHtml(part.repeat(50_000));
  });
});

function memberOf(event: JSONEvent, name: string): Fields {
  return (event.data as Record<string, Fields>)[name] as Fields;
}
