/** Events by the records of a file. */
import { access } from 'node:fs/promises';
import { asError } from '../../base/errors.ts';
import { Backoff } from '../../restart/backoff.ts';
import { FlowError, MalformedEventData } from '../events/errors.ts';
import { Event } from '../events/event.ts';
import { JSONEvent } from '../events/jsonEvent.ts';
import { parseEvent } from '../events/serialize.ts';
import { FlowActor, type FlowActorOptions } from '../flowActor.ts';
import type { ParamNames } from '../parameters.ts';
import { checkParams, demand, flag, isCount, isObject, isSpan, isText, isTexts } from '../setup.ts';
import { type CsvOptions, csvReader, rowsOf } from './csv.ts';
import { bytesOf } from './fileReader.ts';
import { linesOf } from './lines.ts';
import { hasPlace, Progress, readPlace, writePlace } from './position.ts';
import { type Found, mostShown, type Place, start } from './record.ts';

/** `lines`: each a text; `ndjson`: each a JSON value; `csv`: rows; `events`: what `serializeEvent` writes, a line each. */
export type FileFormat = 'lines' | 'ndjson' | 'csv' | 'events';
export const fileFormats: readonly FileFormat[] = ['lines', 'ndjson', 'csv', 'events'];

export interface FileSourceParams extends CsvOptions {
  /** Its path. */
  file: string;
  /** What it holds ('lines'). */
  format?: FileFormat | undefined;
  /** Goes on when the file grows, and begins anew when another one takes its place, as logs do (false). */
  follow?: boolean | undefined;
  /** How often it looks whether it has grown, in ms (500). */
  pollInterval?: number | undefined;
  /** The longest line or row, in bytes (1 MiB). */
  maxLineBytes?: number | undefined;
  /**
   * Keeps the position up to where all events have been handled, and goes on from there after a restart (false). With a director
   * without `acks: true`, an event counts as handled as soon as there is room for it.
   */
  acks?: boolean | undefined;
  /** Where the position is written (`<file>.position`). */
  positionFile?: string | undefined;
  /** So many events may be under way (1000), with a director that has `acks: true`. */
  maxUnacked?: number | undefined;
  /** With a director that has `acks: true`: how often an event that went wrong is emitted again before it goes to the error outboxes (3). */
  maxRedeliveries?: number | undefined;
}

/** An event under way. */
interface Flight {
  readonly number: number;
  tries: number;
}

/** Nobody asks what becomes of it. */
const untracked: Flight = { number: -1, tries: 0 };
/** How long, in ms, acknowledgements are gathered before the position is written. */
const saveDelay = 200;
/** After so many ms without one, it is said that something is wrong. */
const longSilence = 30_000;

/**
 * Emits an event for every record of a file, with the attributes `file` and `line`; what the file holds as `events` comes as it was
 * written. It reads no more than there is room for. A bad record goes to the error outboxes, with the beginning of it as data.
 * With a director that has `acks: true`, what goes wrong is emitted again: every record is handled at least once. CSV needs the
 * package csv-parse.
 */
export class FileSource extends FlowActor<FileSourceParams> {
  static override parameters: ParamNames<FileSource> = {
    acks: true,
    delimiter: true,
    file: true,
    follow: true,
    format: true,
    headers: true,
    maxLineBytes: true,
    maxRedeliveries: true,
    maxUnacked: true,
    pollInterval: true,
    positionFile: true,
    types: true,
  };
  static override shape = 'input';

  readonly #flights = new Map<string, Flight[]>();
  readonly #backoff = new Backoff({ min: 500 });
  #progress = new Progress(start);
  #saved: Place = start;
  #saving: Promise<void> | undefined;
  #isSaveDue = false;
  #isStopping = false;
  #wakeWindow = () => {};
  #wakePoll = () => {};

  constructor(name: string, params: FileSourceParams & FlowActorOptions) {
    super(name, params);
    const {
      file,
      format = 'lines',
      pollInterval = 500,
      maxLineBytes = 1_048_576,
      positionFile,
    } = this.params;
    const {
      maxUnacked = 1000,
      maxRedeliveries = 3,
      headers = true,
      types = {},
      delimiter = ',',
    } = this.params;
    demand(this, 'file', isText(file), 'the path of a file', file);
    demand(this, 'format', fileFormats.includes(format), fileFormats.join(', '), format);
    demand(this, 'pollInterval', isSpan(pollInterval), 'more than 0 ms', pollInterval);
    demand(this, 'maxLineBytes', isCount(maxLineBytes), 'a whole number from 1 up', maxLineBytes);
    const isPath = positionFile === undefined || isText(positionFile);
    demand(this, 'positionFile', isPath, 'the path of a file', positionFile);
    demand(this, 'maxUnacked', isCount(maxUnacked), 'a whole number from 1 up', maxUnacked);
    demand(this, 'maxRedeliveries', isCount(maxRedeliveries, 0), 'a whole number from 0 up', maxRedeliveries);
    const areHeaders = typeof headers === 'boolean' || (isTexts(headers) && headers.length > 0);
    demand(this, 'headers', areHeaders, 'true, false or a list of names', headers);
    const isType = (type: unknown) => type === 'string' || type === 'number' || type === 'boolean';
    const areTypes = isObject(types) && Object.values(types).every(isType);
    demand(this, 'types', areTypes, "{ column: 'string', 'number' or 'boolean' }", types);
    const areTwo = Array.isArray(headers) && new Set(headers).size < headers.length;
    demand(this, 'headers', !areTwo, 'a list of names, each once', headers);
    const isDelimiter = isText(delimiter) && !/["\r\n]/.test(delimiter);
    demand(this, 'delimiter', isDelimiter, 'a text without quotes and line ends', delimiter);
    checkParams(name, params, { follow: flag, acks: flag });
    if (format === 'csv') csvReader();
  }

  override async preStart(): Promise<void> {
    const { file, follow = false, acks = false } = this.params;
    if (!follow) await access(file);
    const place = acks ? await this.#firstPlace() : start;
    if (acks && !this.hasAcks)
      this.log.warn('the director has no acks: an event counts as handled as soon as there is room for it');
    this.#progress = new Progress(place);
    this.#saved = place;
    // A stop and `settled` wait for the end of a file, but not of one that has none.
    const release = follow ? () => {} : this.hold();
    this.background(() => this.#read(place).finally(release));
  }

  override consume(event: Event): void {
    this.log.warn('discarded: FileSource takes no events but those in its file', event);
  }

  override preStop(): void {
    this.#isStopping = true;
    this.#wakeWindow();
    this.#wakePoll();
  }

  override async postStop(): Promise<void> {
    this.preStop();
    await this.#save();
  }

  override acked(event: Event): void {
    const flight = this.#land(event);
    if (flight !== undefined) this.#done(flight);
  }

  override nacked(event: Event, error: Error): void {
    const flight = this.#land(event);
    if (flight === undefined || this.#isStopping) return;
    const { maxRedeliveries = 3 } = this.params;
    if (flight.tries >= maxRedeliveries) {
      this.log.error(`given up after ${flight.tries + 1} attempts: ${error.message}`, event);
      void this.sendError(event, error);
      this.#done(flight);
      return;
    }
    const delay = this.#backoff.delay(flight.tries++, this.world.random);
    this.after(delay, () => (this.#isStopping ? undefined : this.#launch(event, flight)));
  }

  // ---- reading ----

  async #read(from: Place): Promise<void> {
    const { file, follow = false } = this.params;
    let place = from;
    do {
      try {
        const count = await this.#readFrom(place);
        if (!this.#isOver) this.log.info(`${file}: ${count} records have been read`);
      } catch (thrown) {
        const error = asError(thrown) as Error & { code?: unknown };
        const isMissing = error.code === 'ENOENT' && follow;
        const isBad = error instanceof FlowError && error.code !== 'PACKAGE_MISSING';
        if (!isMissing && !isBad) throw error;
        if (isBad) return void this.sendError(new Event({ file }), this.#malformed(undefined, error.message));
        if (!(await this.#more())) return;
      }
      place = start;
    } while (follow && !this.#isOver);
  }

  async #readFrom(place: Place): Promise<number> {
    let count = 0;
    for await (const found of this.#records(place)) {
      if (this.#isOver) break;
      await this.#take(found);
      count++;
    }
    return count;
  }

  #records(place: Place): AsyncGenerator<Found> {
    const { file, format = 'lines', follow = false, maxLineBytes = 1_048_576 } = this.params;
    const more = follow ? () => this.#more() : undefined;
    const bytesFrom = ({ end }: Place) => bytesOf(file, { from: end, more });
    if (format === 'csv') return rowsOf(bytesFrom, place, maxLineBytes, this.params);
    return linesOf(bytesFrom(place), place, maxLineBytes);
  }

  async #take(found: Found): Promise<void> {
    const { maxUnacked = 1000 } = this.params;
    while (this.hasAcks && this.#progress.size >= maxUnacked && !this.#isOver)
      await this.#windowOpens(maxUnacked);
    if (this.#isOver) return;
    const event = this.#eventOf(found);
    if (event === undefined) this.#skip(found);
    else if (event instanceof MalformedEventData) {
      const { file } = this.params;
      const data = found.fault?.text ?? beginningOf(found.value);
      await this.sendError(new Event({ data, file, line: found.line }), event);
      this.#skip(found);
    } else await this.#launch(event, this.#begin(found));
  }

  /** Undefined for an empty line that means nothing. */
  #eventOf({ value, line, fault }: Found): Event | MalformedEventData | undefined {
    const { file, format = 'lines' } = this.params;
    if (fault !== undefined) return this.#malformed(line, fault.message);
    const attributes = { file, line };
    if (format === 'lines') return new Event({ ...attributes, data: value });
    if (typeof value === 'string' && value.trim() === '') return undefined;
    try {
      return format === 'events'
        ? parseEvent(value as string)
        : new JSONEvent({ ...attributes, data: value });
    } catch (error) {
      return this.#malformed(line, asError(error).message);
    }
  }

  #malformed(line: number | undefined, message: string): MalformedEventData {
    const { file } = this.params;
    return new MalformedEventData(`${file}${line === undefined ? '' : `:${line}`}: ${message}`, {
      file,
      line,
    });
  }

  async #launch(event: Event, flight: Flight): Promise<void> {
    if (this.hasAcks) {
      const others = this.#flights.get(event.eventId);
      if (others === undefined) this.#flights.set(event.eventId, [flight]);
      else others.push(flight);
    }
    try {
      await this.emit(event);
      if (this.hasAcks) return;
    } catch (thrown) {
      // What comes after the end has not been handled, and will be read again.
      if (this.signal.aborted) throw thrown;
      // A queue with the policy `fail` is full.
      this.#land(event, flight);
      await this.sendError(event, asError(thrown));
    }
    this.#done(flight);
  }

  /** Whether there may be more in a file that is followed. */
  async #more(): Promise<boolean> {
    if (this.#isOver) return false;
    await new Promise<void>(resolve => {
      const cancel = this.after(this.params.pollInterval ?? 500, resolve);
      this.#wakePoll = () => {
        cancel();
        resolve();
      };
      if (this.signal.aborted) resolve();
    });
    return !this.#isOver;
  }

  get #isOver(): boolean {
    return this.#isStopping || this.draining || this.signal.aborted;
  }

  // ---- what has been dealt with ----

  async #windowOpens(most: number): Promise<void> {
    const cancel = this.every(longSilence, () =>
      this.log.warn(`${most} events have not been handled for a long time: nothing more is read`),
    );
    await new Promise<void>(resolve => {
      this.#wakeWindow = resolve;
    });
    cancel();
  }

  /** Takes it from those under way; several may have the same id. */
  #land(event: Event, own?: Flight): Flight | undefined {
    const flights = this.#flights.get(event.eventId);
    const flight = own ?? flights?.[0];
    if (flights === undefined || flight === undefined) return undefined;
    flights.splice(flights.indexOf(flight), 1);
    if (flights.length === 0) this.#flights.delete(event.eventId);
    return flight;
  }

  #begin(found: Found): Flight {
    if (!this.hasAcks && this.params.acks !== true) return untracked;
    return { number: this.#progress.begin(found), tries: 0 };
  }

  #skip(found: Found): void {
    this.#done(this.#begin(found));
  }

  #done({ number }: Flight): void {
    this.#progress.done(number);
    this.#wakeWindow();
    if (this.params.acks !== true || this.#isSaveDue || this.#isStopping || this.signal.aborted) return;
    this.#isSaveDue = true;
    this.after(saveDelay, () => {
      this.#isSaveDue = false;
      return this.#save();
    });
  }

  /** One at a time, the last one with the latest position. */
  async #save(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    const { place } = this.#progress;
    if (this.params.acks !== true || place === this.#saved) return;
    this.#saved = place;
    this.#saving = writePlace(this.#positionFile, place).finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async #firstPlace(): Promise<Place> {
    const place = await readPlace(this.#positionFile);
    if (place === start || (await hasPlace(this.params.file, place))) return place;
    this.log.warn(
      `${this.params.file} is shorter than it was, or another one: it is read from its beginning`,
    );
    return start;
  }

  get #positionFile(): string {
    return this.params.positionFile ?? `${this.params.file}.position`;
  }
}

const beginningOf = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, mostShown);
