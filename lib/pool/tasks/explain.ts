/** Says why a message could not cross. The link only tells that it did not; encoding it once more tells what is wrong with it. */
import { asError, SerializationError } from '../../base/errors.ts';
import type { DeadLetterReason } from '../../core/message.ts';
import type { System } from '../../core/system.ts';
import { ByteWriter } from '../../remoting/byteWriter.ts';
import { FastCodec } from '../../remoting/fastCodec.ts';

/** Reasons for which a message is a dead letter whoever it is for: sending it again would come to the same. */
export const isUnsendable = (reason: DeadLetterReason): boolean =>
  reason === 'unserializable' || reason === 'tooLarge' || reason === 'overflow';

/** @param what the value, in the words of an error: "the arguments of resize" */
export function explain(
  { registered, deadRef }: Pick<System, 'registered' | 'deadRef'>,
  reason: DeadLetterReason,
  what: string,
  value: unknown,
): SerializationError {
  if (reason === 'overflow')
    return new SerializationError(
      `${what} can't be sent: too much waits to cross to the worker; see remoting.queueLimit`,
    );
  if (reason === 'tooLarge')
    return new SerializationError(`${what} can't be sent: they are larger than remoting.maxMessageSize`);
  const codec = new FastCodec({ refAt: deadRef });
  for (const one of registered) codec.register(one);
  try {
    codec.encode(value, new ByteWriter());
    return new SerializationError(`${what} can't be sent`);
  } catch (error) {
    return new SerializationError(`${what} can't be sent: ${asError(error).message}`);
  }
}
