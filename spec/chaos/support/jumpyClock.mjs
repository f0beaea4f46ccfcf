/** Preloaded into a process: its wall clock jumps an hour ahead, an hour back, and home again, ten times a second. The monotonic clock does not. */
const hour = 3_600_000;
const RealDate = Date;
const started = performance.now();
const jump = () => hour * ((Math.floor((performance.now() - started) / 100) % 3) - 1);
const now = () => RealDate.now() + jump();

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now()] : args));
  }

  static now() {
    return now();
  }
};
