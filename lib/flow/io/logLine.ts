/** How a log event is written on a line, and how a time is. */
import type { LogEvent } from '../events/logEvent.ts';

/** `<time> <LEVEL> actor=<actor>, id=<id> :: <message>` */
export function logLine(event: LogEvent): string {
  const { id, level, time, originActor, message } = event.data as {
    id?: string | null;
    level: string;
    time: string;
    originActor: string;
    message: string;
  };
  const about = id == null ? '' : `, id=${id}`;
  return `${time} ${level} actor=${originActor}${about} :: ${message}`;
}

const two = (n: number) => String(n).padStart(2, '0');

/**
 * A time of this machine's zone: `YYYY-MM-DD HH:MM:SS.ffffff`.
 * @param wall ms since the Unix epoch
 */
export function timestamp(wall: number): string {
  const at = new Date(wall);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const micro = Math.floor((wall - Math.floor(wall / 1000) * 1000) * 1000);
  return `${day} ${time}.${String(micro).padStart(6, '0')}`;
}
