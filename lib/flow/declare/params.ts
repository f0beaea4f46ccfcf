/**
 * The parameters that a flow file may give: types know them, and YAML has none. A spec holds these against the sources.
 */
import { didYouMean } from '../../base/nearest.ts';
import type { FlowActorOptions } from '../flowActor.ts';

/** Of the built-in actors and filters, by the names of their classes. */
export const builtInParams: Readonly<Record<string, string>> = {
  BasicAuth: 'users realm',
  Batch: 'count size period key',
  CallbackEventGenerator: 'graceTime interval eventClass eventKwargs producers delay generateError maxEvents',
  CronEventGenerator: 'interval timezone eventClass eventKwargs producers delay generateError maxEvents',
  Data: 'key data',
  Dedupe: 'key within max duplicates',
  DictToXML: 'key',
  ErrorEventAttributeModifier: 'message code errorClass override',
  EventAttributeDelete: 'keyPaths separator logFailedDelete',
  EventAttributeLookupModifier: 'value key separator logChange',
  EventAttributeModifier: 'value key separator logChange',
  EventAttributeRegexSubstitution: 'pattern eventAttr replaceWith',
  EventDataAggregator: '',
  EventDataCompare: 'left right',
  EventDataEventAttributeModifier: 'key',
  EventDataStaticAttributeModifier: 'key value',
  EventDataXMLAggregator: 'key',
  EventFilter: 'valueRegexes outboxNames eventScope nextFilter',
  EventGenerator: 'interval eventClass eventKwargs producers delay generateError maxEvents',
  EventJSONFilter: 'jsonScope valueRegexes outboxNames eventScope nextFilter',
  EventJoin: 'key purgeInterval max',
  EventLogger: 'level loggedTags logFullEvent prefix',
  EventRouter: 'routingFilters type defaultOutboxRegexes',
  EventTemplate: 'template format key separator logChange',
  EventXMLFilter: 'xpath namespaces xslt valueRegexes outboxNames eventScope nextFilter',
  EventXMLXpathsFilter: 'regexXpath xpath namespaces xslt valueRegexes outboxNames eventScope nextFilter',
  FileLogger: 'defaultFilename level directory maxBytes backupCount',
  FileSink: 'file format mode columns header delimiter escapeFormulas',
  FileSource:
    'file format follow pollInterval maxLineBytes acks positionFile maxUnacked maxRedeliveries headers types delimiter',
  FlowController: 'triggerErrors generateFreshIds',
  HTTPClient: 'url method headers sendData timeout bodyLimit failOn redirect fetch',
  HTTPJSONAttributeModifier: 'value key separator logChange',
  HTTPMethodEventRouter: '',
  HTTPServer:
    'address port keyFile certFile tls routesConfig timeout bodyLimit maxPending maxConnections headersTimeout requestTimeout keepAliveTimeout sendErrors useResponseWrapper exposeErrors accessLog plugins',
  HTTPStatusModifier: 'value',
  HTTPXpathEventAttributeModifier: 'value namespaces key separator logChange',
  Header: 'key header',
  JSONEventAttributeDelete: 'keyPaths separator logFailedDelete',
  JSONEventAttributeModifier: 'value key separator logChange',
  JSONEventJoin: 'key purgeInterval max',
  JSONValidator: 'schema formats schemas',
  JSONXSD: 'xsd includes',
  JSONXSLT: 'xslt params files',
  JWTAuth:
    'secret publicKey jwks jwksUri algorithms audience issuer clockTolerance requiredClaims claimsAttribute realm jwksTimeout',
  MDPBroker:
    'endpoint port advertise registrationServiceEndpoint registrationServicePort expiry resend maxBusy maxRequests maxBytes maxWorkers heartbeatInterval liveness sockets maxFrameSize',
  MDPBrokerRegistrationService:
    'listenEndpoint listenPort publishEndpoint publishPort heartbeatInterval liveness managerSubscriberScope maxBrokers sockets maxFrameSize',
  MDPClient:
    'servicePrefix servicePostfix errorsTo requestTimeout retries idle brokers registrationPublisherEndpoint registrationPublisherPort managerSubscriberScope sockets maxFrameSize',
  MDPWorker:
    'service workers replyTimeout drain reconnectMin reconnectMax heartbeatInterval liveness brokers registrationPublisherEndpoint registrationPublisherPort managerSubscriberScope sockets maxFrameSize',
  Null: '',
  PropertiesToXML: 'key',
  RESTTranslator: 'urlPostLocation',
  RedactedFileLogger: 'patterns defaultFilename level directory maxBytes backupCount',
  Retry: 'max backoff deadLetter',
  SMTPIn: 'host ports outputFormat recipients maxBytes maxClients keyFile certFile caFile secure keepRaw',
  SMTPOut: 'fromAddress domain key',
  STDOUT: 'complete prefix timestamp write',
  SetCookie: 'cookieKey cookieValue valueMode expiry path secure httpOnly sameSite',
  SimpleRouter: 'defaultQueue scope',
  Split: '',
  TCPIn: 'port host framing maxBytes maxConnections idleTimeout',
  TCPOut: 'port host framing acknowledged connectTimeout backoff maxRetries',
  TestEvent: 'dataValue interval eventClass eventKwargs producers delay generateError maxEvents',
  Throttle: 'rate interval excess',
  ToDict: 'flatten',
  ToXML: 'key',
  Transformer: 'xslt params files',
  UDPCronEventGenerator:
    'interval timezone eventClass eventKwargs producers delay generateError maxEvents service environmentScope port address pingInterval',
  UDPEventGenerator:
    'interval eventClass eventKwargs producers delay generateError maxEvents service environmentScope port address pingInterval',
  WSGI: 'basePath address port keyFile certFile tls routesConfig timeout bodyLimit maxPending maxConnections headersTimeout requestTimeout keepAliveTimeout sendErrors useResponseWrapper exposeErrors accessLog plugins',
  WSGIServer:
    'basePath address port keyFile certFile tls routesConfig timeout bodyLimit maxPending maxConnections headersTimeout requestTimeout keepAliveTimeout sendErrors useResponseWrapper exposeErrors accessLog plugins',
  Window: 'size count every key reduce max',
  XMLEventJoin: 'key purgeInterval max',
  XMLToDict: 'flatten',
  XMLValidator: 'xsd includes',
  XSD: 'xsd includes',
  XSLT: 'xslt params files',
  XpathEventAttributeModifier: 'value namespaces key separator logChange',
  ZMQPull: 'maxFrameSize port host transmissionProtocol socketFile mode highWaterMark sockets',
  ZMQPush: 'port host transmissionProtocol socketFile mode highWaterMark sockets',
};

/** Of all actors. */
export const actorOptions: readonly (keyof FlowActorOptions)[] = [
  'concurrency',
  'blockingConsume',
  'rescue',
  'convertOutput',
  'timeout',
  'restart',
];

/** What is wrong with the names of parameters: one that is mistyped would do nothing. */
export function faultsOfParams(
  className: string,
  isActor: boolean,
  params: unknown,
): { readonly name: string; readonly message: string }[] {
  if (!Object.hasOwn(builtInParams, className) || typeof params !== 'object' || params === null) return [];
  const own = (builtInParams[className] as string).split(' ').filter(name => name !== '');
  const all = isActor ? [...own, ...actorOptions] : own;
  const unknown = Object.keys(params).filter(name => !all.includes(name));
  return unknown.map(name => ({
    name,
    message: `there is no such parameter${didYouMean(name, all)}; those of ${className} are ${all.join(', ')}`,
  }));
}
