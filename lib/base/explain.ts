/** Errors in words for the terminal, on one line each. */

/** An error and what caused it: `Error: no answer; caused by TypeError: x is not a function`. */
export const explain = (error: unknown): string => withCauses(describe(error), error);

/** The same for an error whose message is meant for people: without its name. */
export const reasonOf = (error: unknown): string => withCauses(messageOf(error), error);

/** What an error says; people do throw other things. */
export const messageOf = (error: unknown): string =>
  oneLine(error instanceof Error ? error.message : String(error));

function withCauses(text: string, error: unknown): string {
  const seen = new Set([error]);
  let whole = text;
  for (let cause = causeOf(error); cause !== undefined && !seen.has(cause); cause = causeOf(cause)) {
    seen.add(cause);
    // Many messages end with that of their cause already.
    if (!whole.endsWith(messageOf(cause))) whole += `; caused by ${describe(cause)}`;
  }
  return whole;
}

const describe = (error: unknown) =>
  error instanceof Error ? oneLine(`${error.name}: ${error.message}`) : messageOf(error);

const causeOf = (error: unknown) => (error instanceof Error ? error.cause : undefined);

const oneLine = (text: string) => text.trim().replace(/\s*\n\s*/g, ' ');
