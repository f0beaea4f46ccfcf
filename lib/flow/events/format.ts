/** How a class of events holds its data. */

export interface Format {
  readonly name: 'raw' | 'json' | 'xml' | 'form';
  readonly contentType: string;
  /**
   * What the event shall hold for a value that somebody assigns.
   *
   * @throws InvalidEventDataModification when it is nothing of this format.
   */
  accept(value: unknown): unknown;
  /** The data as a text that `accept` takes again. */
  text(data: unknown): string;
  copy(data: unknown): unknown;
  /** The list of errors in this format. */
  errorText(errors: unknown): string;
}

/** An XML element or document, of whatever DOM. */
export const isXmlNode = (value: unknown): value is { readonly nodeType: 1 | 9 } => {
  if (typeof value !== 'object' || value === null) return false;
  const { nodeType } = value as { nodeType?: unknown };
  return (nodeType === 1 || nodeType === 9) && 'childNodes' in value;
};
