/** `flipside/formats`: readers and writers of every file that Flipside makes. Readers refuse by code, with the path of the fault. */
export { AppError, type ErrorCode } from '../base/errors.ts';
export { type GgufHead, type GgufValue, parseGgufHead } from '../formats/checkpoint/gguf-header.ts';
export { parseSafetensorsHead, parseShardIndex } from '../formats/checkpoint/safetensors-header.ts';
export { controlVectorOf, directionsFrom } from '../formats/containers/control-vector.ts';
export { type ControlVector, readControlVector, writeControlVector } from '../formats/containers/gguf.ts';
export {
  parseSafetensors,
  safetensorsMetadata,
  serialiseSafetensors,
  type Tensor,
  type TensorToWrite,
} from '../formats/containers/safetensors.ts';
export { parseDose, serialiseDose } from '../formats/probe/dose.ts';
export { probeCard } from '../formats/probe/probe-card.ts';
export { assertProbeFits, parseProbe, PROBE_FILES, serialiseProbe } from '../formats/probe/probe.ts';
export { reportTables, tableCsv } from '../formats/probe/report-tables.ts';
export { parseReport, serialiseReport } from '../formats/probe/report.ts';
export { type FileKind, recogniseFile } from '../formats/runs/recognise.ts';
export { parseRecording, serialiseRecording } from '../formats/runs/recording-json.ts';
export type { Recording } from '../formats/runs/recording.ts';
export { parseRunCsv, runCsv } from '../formats/runs/run-csv.ts';
export { type ControlSet, parseControlSet } from '../formats/sets/control-set.ts';
export { parsePromptSet, type PromptSet } from '../formats/sets/prompt-set.ts';
export type { SetFiles } from '../formats/sets/set-lines.ts';
export { parseStorySet, type StorySet } from '../formats/sets/story-set.ts';
export type { Probe } from '../probe/probe-types.ts';
export type { Report } from '../probe/report-types.ts';
