/** The command `startnode keygen [FILE]`. */
import { show } from '../base/errors.ts';
import { KeyFile, keyFileText } from '../remoting/keyFile.ts';
import { keygen } from '../remoting/keys.ts';
import { CannotStart } from './cannotStart.ts';

/**
 * Writes a key file, or with no name for it makes up what would be in it.
 * @returns what to print: the public key, or the content
 * @throws CannotStart or RemotingError that says why there is none
 */
export function writeKeys(args: readonly string[]): string {
  const [file, surplus] = args;
  if (surplus !== undefined || file?.startsWith('-') || file === '') {
    throw new CannotStart(`startnode keygen takes the name of one file, not ${args.map(show).join(' ')}`);
  }
  return file === undefined ? keyFileText(keygen()) : `${KeyFile.create(file)}\n`;
}
