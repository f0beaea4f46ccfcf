/** The flight recorder, and the replay of what it has recorded. */

export type {
  ActorEntry,
  AnswerEntry,
  DeliveryEntry,
  Entry,
  FailureEntry,
  LifeEntry,
  RecordedError,
  Recording,
  RecordingHeader,
} from './entries.ts';
export { parseRecording } from './entries.ts';
export { mermaidOf } from './mermaid.ts';
export type { DumpOptions, RecordOptions, Redacted } from './options.ts';
export { Recorder, RecordingWritten, record } from './recorder.ts';
export { CannotReplay, type ReplayOptions, type ReplayResult, replay, type Step } from './replay.ts';
export type { Told } from './stage.ts';
export { Lost, type Reading, read as readValue, type Written } from './written.ts';
