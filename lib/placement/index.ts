/** What users take from here. */

export { type ChildProcessOptions, childProcess } from './childProcess.ts';
export { admit } from './landlord.ts';
export { remote } from './remote.ts';
export { type ThreadOptions, thread } from './thread.ts';
export { transfer } from './transfer.ts';
