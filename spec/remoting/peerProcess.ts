/**
 * A process with one transport, for specs that stop and continue it. It dials the address that it is given, and
 * answers each frame with the same.
 */
import { End } from './zeromqEnd.ts';

const end = new End(undefined, 600);
process.send?.(await end.listen());
end.knock(process.argv[2] as string);
for (let count = 1; ; count++) {
  await end.hears(count);
  const { route, frame } = end.frames[count - 1] as (typeof end.frames)[number];
  end.transport.send(route, frame, () => {});
}
