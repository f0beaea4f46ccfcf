/** The door to libxml2 (compiled to WebAssembly): whether a document is what an XML schema says. */
import type * as Libxml2 from 'libxml2-wasm';
import { type FlowError, SetupError } from '../events/errors.ts';
import { type XmlElement, xmlText } from '../events/xml.ts';
import { loadPackageAsync } from '../optional.ts';

export interface XsdOptions {
  /** Texts of other schemas, by the `schemaLocation` that includes or imports them. Nothing is read from elsewhere. */
  includes?: Readonly<Record<string, string>> | undefined;
}

/**
 * An XML schema (XSD 1.0). Needs the package libxml2-wasm. It holds memory outside of JavaScript: give it back with
 * `close()` when you are done with it.
 */
export class XmlSchema {
  readonly #library: typeof Libxml2;
  #validator: Libxml2.XsdValidator | undefined;

  private constructor(library: typeof Libxml2, validator: Libxml2.XsdValidator) {
    this.#library = library;
    this.#validator = validator;
  }

  /**
   * @throws SetupError with all that is wrong with the schema.
   * @throws PackageMissing without libxml2-wasm.
   */
  static async load(xsd: string, options: XsdOptions = {}): Promise<XmlSchema> {
    const library = await loadPackageAsync<typeof Libxml2>('libxml2-wasm', 'XSD');
    return new XmlSchema(library, compile(library, xsd, options.includes ?? {}));
  }

  /** What is wrong with the document, in libxml2's words; nothing when it is valid. */
  errors(root: XmlElement): string[] {
    if (this.#validator === undefined) throw new SetupError('this XML schema is closed: load it again');
    const document = this.#library.XmlDocument.fromString(xmlText(root));
    try {
      this.#validator.validate(document);
      return [];
    } catch (error) {
      return messagesOf(error);
    } finally {
      document.dispose();
    }
  }

  /** Gives the memory back; the schema validates nothing any more. */
  close(): void {
    this.#validator?.dispose();
    this.#validator = undefined;
  }
}

function compile(
  library: typeof Libxml2,
  xsd: string,
  includes: Readonly<Record<string, string>>,
): Libxml2.XsdValidator {
  const texts = Object.entries(includes).map(([name, text]) => [name, Buffer.from(text)] as const);
  if (texts.length > 0) {
    library.xmlRegisterInputProvider(new library.XmlBufferInputProvider(Object.fromEntries(texts)));
  }
  try {
    const document = library.XmlDocument.fromString(xsd);
    try {
      return library.XsdValidator.fromDoc(document);
    } finally {
      document.dispose();
    }
  } catch (error) {
    throw noSchema(error);
  } finally {
    if (texts.length > 0) library.xmlCleanupInputProvider();
  }
}

const noSchema = (error: unknown): FlowError =>
  new SetupError(
    messagesOf(error).map(message => `the XML schema can't be used: ${message}`),
    { cause: error },
  );

/** @throws whatever is no error of libxml2. */
function messagesOf(error: unknown): string[] {
  const { details, message } = error as { details?: readonly { message: string }[]; message?: string };
  if (details !== undefined && details.length > 0) return details.map(detail => detail.message.trim());
  if (!(error as Error).name.startsWith('Xml')) throw error;
  return [String(message).trim()];
}
