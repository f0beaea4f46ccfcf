/** Records on their way from a thread or process to its node: as text, so that nothing in a line can keep it from crossing. */
import { bounded } from './bounded.ts';
import type { LogRecord } from './record.ts';

export const packRecord = (record: LogRecord): string =>
  JSON.stringify({ ...record, fields: bounded(record.fields) });

export const unpackRecord = (packed: string): LogRecord => JSON.parse(packed) as LogRecord;
