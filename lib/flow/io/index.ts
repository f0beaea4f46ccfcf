/** Actors between the flow and the rest of the world. */
export type { CronFields } from './cron.ts';
export { CronEventGenerator, type CronEventGeneratorParams } from './cronEventGenerator.ts';
export type { CsvOptions, CsvType } from './csv.ts';
export {
  CallbackEventGenerator,
  type CallbackEventGeneratorParams,
  EventGenerator,
  type EventGeneratorParams,
  TestEvent,
  type TestEventParams,
} from './eventGenerator.ts';
export { EventLogger, type EventLoggerParams } from './eventLogger.ts';
export {
  FileLogger,
  type FileLoggerParams,
  RedactedFileLogger,
  type RedactedFileLoggerParams,
} from './fileLogger.ts';
export { FileSink, type FileSinkParams } from './fileSink.ts';
export { type FileFormat, FileSource, type FileSourceParams } from './fileSource.ts';
export type { Framing } from './framing.ts';
export type { Interval } from './interval.ts';
export type { MailServer } from './mailer.ts';
export { EventProducer, type ProducerParams } from './producer.ts';
export { SMTPIn, type SMTPInParams } from './smtpIn.ts';
export { SMTPOut, type SMTPOutParams } from './smtpOut.ts';
export { STDOUT, type StdoutParams } from './stdout.ts';
export { TCPIn, type TCPInParams } from './tcpIn.ts';
export { TCPOut, type TCPOutParams } from './tcpOut.ts';
export {
  UDPCronEventGenerator,
  type UDPCronEventGeneratorParams,
  UDPEventGenerator,
  type UDPEventGeneratorParams,
} from './udpEventGenerator.ts';
export type { UDPGroupParams } from './udpGroup.ts';
export { ZMQPull, type ZMQPullParams, ZMQPush } from './zmq.ts';
export type { ZMQParams } from './zmqEndpoint.ts';
