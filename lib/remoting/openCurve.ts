/** The option `curve` of remoting: keys, or the path of the file where they are. */
import { type Curve, type CurveOptions, makeCurve } from './curve.ts';
import { KeyFile } from './keyFile.ts';

export interface OpenCurve {
  readonly curve: Curve;
  /** Ends the watching of the key file, if there is one. */
  close(): void;
}

/**
 * @param onTrouble is told when a key file can't be used any more; what it said before holds until it is mended
 * @throws TypeError or RemotingError that says what is wrong with the keys
 */
export function openCurve(options: CurveOptions | string, onTrouble?: (text: string) => void): OpenCurve {
  if (typeof options !== 'string') return { curve: makeCurve(options), close: () => {} };
  const file = KeyFile.open(options, onTrouble);
  return { curve: makeCurve(file), close: () => file.close() };
}
