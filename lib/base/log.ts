/** Where the runtime's log lines go: a small interface that a pino or console instance fits, and the default one. */
import createDebug from 'debug';

export interface Logger {
  debug(text: string, ...details: unknown[]): void;
  info(text: string, ...details: unknown[]): void;
  warn(text: string, ...details: unknown[]): void;
  error(text: string, ...details: unknown[]): void;
}

const debug = createDebug('troupe');
const info = createDebug('troupe:info');

/** Warnings and errors to standard error; the rest through `debug`, shown with `DEBUG=troupe*`. */
export const consoleLogger: Logger = {
  debug: (text, ...details) => debug(text, ...details),
  info: (text, ...details) => info(text, ...details),
  warn: (text, ...details) => console.error(`troupe: ${text}`, ...details),
  error: (text, ...details) => console.error(`troupe: ${text}`, ...details),
};

const nothing = () => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** `logger` with `prefix` before every text. */
export const prefixed = (logger: Logger, prefix: string): Logger => ({
  debug: (text, ...details) => logger.debug(`${prefix} ${text}`, ...details),
  info: (text, ...details) => logger.info(`${prefix} ${text}`, ...details),
  warn: (text, ...details) => logger.warn(`${prefix} ${text}`, ...details),
  error: (text, ...details) => logger.error(`${prefix} ${text}`, ...details),
});
