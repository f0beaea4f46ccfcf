/** Events in a file. */
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { show } from '../../base/errors.ts';
import { MalformedEventData, SetupError } from '../events/errors.ts';
import type { Event } from '../events/event.ts';
import { newEventId } from '../events/identity.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { serializeEvent } from '../events/serialize.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { demand, isText, isTexts, setUp } from '../setup.ts';
import { csvWriter, firstRow, rowText } from './csv.ts';
import { sizeOf } from './fileSize.ts';
import { type FileFormat, fileFormats } from './fileSource.ts';
import { LineWriter } from './lineWriter.ts';

export interface FileSinkParams {
  /** Its path. Directories are made. */
  file: string;
  /** What is written: `'lines'` (the data as text), `'ndjson'`, `'csv'` or `'events'` (all of the event, for a `FileSource`) ('lines'). */
  format?: FileFormat | undefined;
  /**
   * `'append'`: to what is there; `'replace'`: into another file beside it, which takes its place, as a whole, when the flow stops
   * ('append').
   */
  mode?: 'append' | 'replace' | undefined;
  /** For CSV, the members of the data to write, in their order (those that the file has, or of the first event; others are an error then). */
  columns?: readonly string[] | undefined;
  /** For CSV, whether a file begins with the names of the columns (true). */
  header?: boolean | undefined;
  /** For CSV, between two values (','). */
  delimiter?: string | undefined;
  /** For CSV, makes what a spreadsheet would run a plain text (false). */
  escapeFormulas?: boolean | undefined;
}

/** What outlives a crash. */
interface Work {
  readonly path: string;
  columns: readonly string[] | undefined;
}

/** By the parameters, which each instance of an actor is given. */
const works = new WeakMap<object, Work>();

/**
 * Writes every event to a file, in the order in which they come. An event counts as handled, and is sent on, when it has been
 * written; those that can't be written go to the error outboxes. CSV needs the package csv-stringify.
 */
export class FileSink extends FlowActor<FileSinkParams> {
  static override parameters: ParamNames<FileSink> = {
    columns: true,
    delimiter: true,
    escapeFormulas: true,
    file: true,
    format: true,
    header: true,
    mode: true,
  };
  static override shape = 'note';

  readonly #work: Work;
  #writer: LineWriter;
  #needsHeader = false;
  #isPlaced = false;

  constructor(name: string, params: FileSinkParams & FlowActorOptions) {
    super(name, params);
    const { file, format = 'lines', mode = 'append', columns, header = true } = this.params;
    const { delimiter = ',', escapeFormulas = false } = this.params;
    demand(this, 'file', isText(file), 'the path of a file', file);
    demand(this, 'format', fileFormats.includes(format), fileFormats.join(', '), format);
    demand(this, 'mode', mode === 'append' || mode === 'replace', "'append' or 'replace'", mode);
    const areColumns = columns === undefined || (isTexts(columns) && columns.length > 0);
    demand(this, 'columns', areColumns, 'a list of names', columns);
    demand(this, 'header', typeof header === 'boolean', 'true or false', header);
    demand(this, 'delimiter', isText(delimiter), 'a text', delimiter);
    demand(this, 'escapeFormulas', typeof escapeFormulas === 'boolean', 'true or false', escapeFormulas);
    if (format === 'csv') csvWriter();
    const path = mode === 'append' ? file : `${file}.${newEventId()}.part`;
    this.#work = works.get(params) ?? { path, columns };
    works.set(params, this.#work);
    this.#writer = new LineWriter(this.#work.path);
  }

  override async preStart(): Promise<void> {
    const { file, format = 'lines', mode = 'append', header = true } = this.params;
    if (mode === 'replace') {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(this.#work.path, '', { flag: 'a' });
    }
    if (format !== 'csv' || !header) return;
    this.#needsHeader = (await sizeOf(this.#work.path)) === 0;
    if (!this.#needsHeader) await this.#learnColumns();
  }

  override async consume(event: Event): Promise<void> {
    const neededHeader = this.#needsHeader;
    const text = this.#textOf(event);
    try {
      await this.#writer.append(text);
    } catch (error) {
      // It was to go before this row.
      if (neededHeader) this.#needsHeader = (await sizeOf(this.#work.path)) === 0;
      throw error;
    }
    void this.send(event);
  }

  /** All that was to come has come. */
  override async flush(): Promise<void> {
    if (this.#needsHeader && this.#work.columns !== undefined)
      await this.#writer.append(this.#row(this.#work.columns));
    await this.#writer.idle();
    if (this.params.mode !== 'replace' || this.#isPlaced) return;
    this.#isPlaced = true;
    await this.#place();
    works.delete(this.params);
    // In a cycle, something may still come.
    this.#writer = new LineWriter(this.params.file);
  }

  override async postStop(): Promise<void> {
    await this.#writer.idle();
    if (this.params.mode === 'replace' && this.draining && !this.#isPlaced) await this.#giveUp();
  }

  /** Whoever may not read the file before may not read it now. */
  async #place(): Promise<void> {
    const { file } = this.params;
    const part = await open(this.#work.path, 'r+');
    try {
      const before = await stat(file).catch(() => undefined);
      if (before !== undefined) await part.chmod(before.mode);
      await part.sync();
    } finally {
      await part.close();
    }
    await rename(this.#work.path, file);
  }

  /** The flow did not come to its end: what has been written is not all. */
  async #giveUp(): Promise<void> {
    const { path } = this.#work;
    if ((await sizeOf(path)) === 0) return rm(path, { force: true });
    this.log.error(`${this.params.file} is as it was: not all has come in time; ${path} holds what has`);
  }

  /** What is appended to a file has its columns. */
  async #learnColumns(): Promise<void> {
    const { delimiter = ',', escapeFormulas = false } = this.params;
    const { path, columns } = this.#work;
    const found = await setUp(this, () => firstRow(path, delimiter));
    if (found === undefined) return;
    if (columns === undefined) this.#work.columns = found;
    else if (!escapeFormulas && String(columns) !== String(found))
      throw new SetupError(
        `${this.name}: columns are ${columns.join(', ')}, but ${path} has the columns ${found.join(', ')}`,
      );
  }

  #textOf(event: Event): string {
    const { format = 'lines' } = this.params;
    if (format === 'events') return `${serializeEvent(event)}\n`;
    if (format === 'csv') return this.#rowOf(event);
    if (format === 'ndjson') return `${asJson(event).dataString()}\n`;
    const text = event.dataString();
    if (/[\r\n]/.test(text)) throw new MalformedEventData('the data has line ends of its own: write ndjson');
    return `${text}\n`;
  }

  #rowOf(event: Event): string {
    const { data } = asJson(event);
    if (typeof data !== 'object' || data === null || Array.isArray(data))
      throw new MalformedEventData(`a row is an object with the columns as members, not ${show(data)}`);
    const names = Object.keys(data);
    if (names.length === 0) throw new MalformedEventData('an object without members makes no row');
    const columns = this.#work.columns ?? names;
    const strange = this.params.columns === undefined && names.find(name => !columns.includes(name));
    if (typeof strange === 'string')
      throw new MalformedEventData(`there is no column ${strange}: give the parameter columns`);
    const values = columns.map(name =>
      Object.hasOwn(data, name) ? (data as Record<string, unknown>)[name] : '',
    );
    const row = this.#row(values);
    this.#work.columns = columns;
    if (!this.#needsHeader) return row;
    this.#needsHeader = false;
    return this.#row(columns) + row;
  }

  #row(values: readonly unknown[]): string {
    const { delimiter = ',', escapeFormulas = false } = this.params;
    return rowText(values, { delimiter, escapesFormulas: escapeFormulas });
  }
}

const asJson = (event: Event): JSONEvent =>
  event instanceof JSONEvent ? event : new JSONEvent({ data: event.data });
