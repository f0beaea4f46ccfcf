/** Figures and times for people: short, and of about the same width whatever they are. */

const steps = ['', 'k', 'M', 'G', 'T'];

function scaled(value, base) {
  let [size, step] = [Math.abs(value), 0];
  while (size >= base * 0.9995 && step < steps.length - 1) {
    size /= base;
    step++;
  }
  const digits = size >= 99.95 || (step === 0 && Number.isInteger(value)) ? 0 : size >= 9.995 ? 1 : 2;
  return [`${value < 0 ? '-' : ''}${size.toFixed(digits)}`, steps[step]];
}

/** All digits, in groups of three. */
export const count = value =>
  value === undefined || value === null
    ? ''
    : Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** 12.3k */
export const short = value => (value === undefined || value === null ? '' : scaled(value, 1000).join(''));

export const perSecond = value =>
  value === undefined || value === null ? '' : `${value > 0 && value < 0.01 ? '<0.01' : short(value)}/s`;

export function bytes(value) {
  if (value === undefined || value === null) return '';
  const [text, unit] = scaled(value, 1000);
  return `${text}\u202f${unit}B`;
}

export const percent = value => (value === undefined ? '' : `${(value * 100).toFixed(1)}\u202f%`);

export function duration(ms) {
  if (ms === undefined || ms === null || Number.isNaN(ms)) return '';
  if (ms < 1) return `${ms.toFixed(2)}\u202fms`;
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)}\u202fms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}\u202fs`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

const pad = (value, digits = 2) => String(value).padStart(digits, '0');

/** The time of day, to the millisecond. */
export function time(at) {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

export const dateAndTime = at => `${new Date(at).toLocaleDateString('sv')} ${time(at)}`;
