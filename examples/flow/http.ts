/**
 * An order comes in over HTTP, is looked at (who sent it?), translated, carried out, and answered with its acknowledgement. What
 * goes wrong on the way comes back with a status. All of it is wiring: put another actor between two others by changing two lines.
 *
 *     PORT=8080 node --import tsx examples/flow/http.ts
 *     curl -u user:pass -H 'Content-Type: application/xml' -d '<order><id>7</id></order>' http://127.0.0.1:8080/auth
 */
import { BasicAuth, Director, type Event, FlowActor, STDOUT, WSGI, XMLHttpEvent, XSLT } from 'troupe/flow';

class Auth extends BasicAuth {
  protected override authenticate(user: string, password: string) {
    return user === 'user' && password === 'pass';
  }
}

/** Stands for whatever carries out orders. */
class RequestExecutor extends FlowActor {
  static override input = XMLHttpEvent;

  override consume(event: Event) {
    const request = event.data as XMLHttpEvent['data'];
    event.data = `<response><ref>${request.textContent}</ref><status>ok</status></response>`;
    this.send(event);
  }
}

const stylesheet = (templates: string) => `
  <xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">${templates}</xsl:stylesheet>`;

const submit = stylesheet(`
  <xsl:template match="/order">
    <xsl:if test="not(id)"><xsl:message terminate="yes">an order has an id</xsl:message></xsl:if>
    <request><ref><xsl:value-of select="id"/></ref></request>
  </xsl:template>`);

const acknowledge = stylesheet(`
  <xsl:template match="/response">
    <ack ref="{ref}"><xsl:value-of select="status"/></ack>
  </xsl:template>`);

const director = new Director({ name: 'orders' });
director.registerLogActor(STDOUT, 'stdout', { timestamp: true });

const { PORT: port = '8080' } = process.env;
const wsgi = director.registerActor(WSGI, 'wsgi', { address: '127.0.0.1', port: Number(port) });
const auth = director.registerActor(Auth, 'auth');
const submitTransform = director.registerActor(XSLT, 'submit_transform', { xslt: submit });
const requestExecutor = director.registerActor(RequestExecutor, 'request_executor');
const acknowledgeTransform = director.registerActor(XSLT, 'acknowledge_transform', { xslt: acknowledge });

director.connectQueue(wsgi, auth);
director.connectQueue(auth, submitTransform);
director.connectQueue(submitTransform, requestExecutor);
director.connectQueue(requestExecutor, acknowledgeTransform);
director.connectQueue(acknowledgeTransform, wsgi);

director.connectErrorQueue(auth, wsgi);
director.connectErrorQueue(submitTransform, wsgi);

await director.start(true);
