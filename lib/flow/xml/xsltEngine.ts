/**
 * The door to saxon-js, and to xslt3, which compiles for it: what a stylesheet makes of a document. A stylesheet of
 * version 1.0 is run by the rules of 1.0.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type FlowError, MalformedEventData, SetupError } from '../events/errors.ts';
import { parseXml, type XmlElement, xmlText } from '../events/xml.ts';
import { loadPackage, pathOfPackage } from '../optional.ts';
import { Recent } from './recent.ts';

export interface XsltOptions {
  /** The directory that `xsl:import`, `xsl:include` and `document()` may read from; by default they read nothing. */
  files?: string | undefined;
}

export interface XsltRun {
  /** Values for the stylesheet's `xsl:param`s. */
  params?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Called with the text of each `xsl:message`. */
  onMessage?: ((message: string) => void) | undefined;
}

/** What is used of saxon-js, which has no types. */
interface Saxon {
  transform(options: object, mode: 'sync'): { principalResult: string };
  getPlatform(): { readFile(url: unknown, ...rest: unknown[]): unknown };
  getLogLevel(): number;
  setLogLevel(level: number): void;
  readonly XError: new (message: string, code: string) => Error;
}

/**
 * A compiled XSLT stylesheet (1.0, 2.0 or 3.0). Needs the packages saxon-js, xslt3 and slimdom.
 *
 * A stylesheet that never ends is never interrupted: it belongs to the program, as its code does.
 */
export class Stylesheet {
  readonly #saxon: Saxon;
  readonly #compiled: object;
  readonly #source: Source;

  private constructor(saxon: Saxon, compiled: object, source: Source) {
    this.#saxon = saxon;
    this.#compiled = compiled;
    this.#source = source;
  }

  /**
   * Compiles a stylesheet in a process of its own, which takes about a second. The last 32 are remembered by their text, but for
   * those that may read files: what those say may have changed.
   *
   * @throws SetupError with what the compiler says.
   * @throws PackageMissing without saxon-js or xslt3.
   */
  static compile(text: string, options: XsltOptions = {}): Promise<Stylesheet> {
    const make = () => Stylesheet.#compile(text, options);
    return options.files === undefined ? recent.get(text, make) : make();
  }

  static async #compile(text: string, options: XsltOptions): Promise<Stylesheet> {
    const saxon = loadPackage<Saxon>('saxon-js', 'XSLT');
    const compiler = pathOfPackage('xslt3', 'XSLT');
    const source = prepared(text, options.files === undefined ? undefined : resolve(options.files));
    return new Stylesheet(saxon, await compile(compiler, source.text), source);
  }

  /**
   * The result as text, as `xsl:output` says.
   *
   * @throws MalformedEventData with the text of `xsl:message terminate="yes"`, or with what else went wrong.
   */
  text(source: XmlElement, run: XsltRun = {}): string {
    return this.#guarded(() => {
      const options = {
        stylesheetInternal: this.#compiled,
        sourceText: xmlText(source),
        destination: 'serialized',
        stylesheetParams: { ...run.params },
        deliverMessage: (message: { textContent: string }) => run.onMessage?.(message.textContent),
      };
      return this.#saxon.transform(options, 'sync').principalResult;
    });
  }

  /**
   * The result as the root element of a document.
   *
   * @throws MalformedEventData, as `text`; also when the result is no XML document.
   */
  transform(source: XmlElement, run: XsltRun = {}): XmlElement {
    const text = this.text(source, run);
    try {
      return parseXml(text);
    } catch (error) {
      throw new MalformedEventData(`the stylesheet's result is no document: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Runs it without files and without a trace on the console: both are settings of the whole package. */
  #guarded(transform: () => string): string {
    const platform = this.#saxon.getPlatform();
    const { readFile: original } = platform;
    const level = this.#saxon.getLogLevel();
    platform.readFile = (url, ...rest) =>
      String(url) === this.#source.url
        ? this.#source.text
        : original.call(platform, this.#allowed(url), ...rest);
    this.#saxon.setLogLevel(0);
    try {
      return transform();
    } catch (error) {
      throw failure(error);
    } finally {
      platform.readFile = original;
      this.#saxon.setLogLevel(level);
    }
  }

  #allowed(url: unknown): unknown {
    const path = String(url).startsWith('file:') ? fileURLToPath(String(url)) : String(url);
    const { directory } = this.#source;
    if (directory !== undefined && resolve(path).startsWith(directory + sep)) return url;
    throw new this.#saxon.XError(
      `${url} may not be read: it is not in the directory of the option files`,
      'FODC0002',
    );
  }
}

/** So many stylesheets are remembered: a flow has a few, each for all actors that use it. */
const recent = new Recent<Stylesheet>(32);

/** What saxon-js threw: the text of the message that ended it, or its own. */
function failure(error: unknown): FlowError {
  const {
    errorObject,
    message,
    xsltLineNr: line,
  } = error as {
    errorObject?: { textContent?: string } | null;
    message: string;
    xsltLineNr?: number | string;
  };
  const said = errorObject?.textContent;
  if (typeof said === 'string' && said !== '') return new MalformedEventData(said, { cause: error });
  const place = line === undefined ? '' : ` (line ${line})`;
  return new MalformedEventData(`the stylesheet failed: ${message}${place}`, { cause: error });
}

const xsl = 'http://www.w3.org/1999/XSL/Transform';

/** A stylesheet that knows where it is. */
interface Source {
  readonly text: string;
  /** No file is there, but `document('')` asks for it. */
  readonly url: string;
  readonly directory: string | undefined;
}

let count = 0;

function prepared(text: string, directory: string | undefined): Source {
  const root = asSetup(() => parseXml(text));
  const reader = root.children.find(
    ({ namespaceURI, localName }) => namespaceURI === xsl && /^(import|include)$/.test(localName),
  );
  if (directory === undefined && reader !== undefined) {
    throw new SetupError(
      `the stylesheet has an ${reader.nodeName}: say from which directory, with the option files`,
    );
  }
  // Each has a name of its own: saxon-js remembers documents by theirs.
  count += 1;
  const url = pathToFileURL(join(directory ?? sep, `stylesheet ${count}.xsl`)).href;
  // A stylesheet that is itself the result would have it in its result.
  if (root.namespaceURI === xsl) {
    root.setAttributeNS('http://www.w3.org/XML/1998/namespace', 'xml:base', url);
  }
  return { text: xmlText(root), url, directory };
}

function asSetup<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'PACKAGE_MISSING') throw error;
    throw new SetupError(`the stylesheet can't be used: ${(error as Error).message}`, { cause: error });
  }
}

const run = promisify(execFile);

/** The compiler is a program that reads and writes files. */
async function compile(compiler: string, text: string): Promise<object> {
  const directory = await mkdtemp(join(tmpdir(), 'troupe-xslt-'));
  try {
    const source = join(directory, 'stylesheet.xsl');
    const target = join(directory, 'stylesheet.sef.json');
    await writeFile(source, text);
    await run(process.execPath, [compiler, `-xsl:${source}`, `-export:${target}`, '-nogo'], {
      timeout: 120_000,
    });
    return JSON.parse(await readFile(target, 'utf8')) as object;
  } catch (error) {
    throw new SetupError(`the stylesheet can't be used: ${saidBy(error)}`, { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What the compiler wrote, on one line. */
function saidBy(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const lines = (stderr || message).split('\n').map(line => line.trim());
  const told = lines.filter(line => line !== '' && line !== 'Failed to compile stylesheet').join(' ');
  return told.replaceAll(/ in \S*stylesheet(%20\d+)?\.xsl/g, '');
}
