/** The event that tells what a doctor has found. */
import type { Finding } from './findings.ts';

/** Something is stuck, or goes wrong: published once for each finding by a node whose owner called `watchForStuck`. */
export class StuckFound {
  readonly finding: Finding;

  constructor(finding: Finding) {
    this.finding = finding;
  }
}
