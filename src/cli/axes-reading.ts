/** A text read with several probes from the command line. */
import { READINGS_LEFT } from '../content/readings.ts';
import { readAxes } from '../engine/axes/read-axes.ts';
import { createSegmentReader } from '../engine/passages/segment-reader.ts';
import { axesCsv, axesObject, type ReadAxis } from '../formats/runs/axes-json.ts';
import type { Probe } from '../probe/probe-types.ts';
import { axisHead, MOST_AXES } from '../reading/axes/axes.ts';
import { togetherHeadline } from '../reading/axes/axes-words.ts';
import { axesTogether } from '../reading/axes/together.ts';
import type { Granularity } from '../reading/refinement.ts';
import { carriedProbe } from './carried-probe.ts';
import type { Options } from './command.ts';
import { readProbe, writeOutput } from './files.ts';
import { openModel } from './open-model.ts';
import { showProgress } from './progress.ts';

/** Reads `given` with the probes in `folders`, and gives what is printed. Throws `usage`, probe errors and text errors. */
export async function readWithAll(
  options: Options,
  {
    folders,
    given,
    every,
  }: { readonly folders: readonly string[]; readonly given: string; readonly every: Granularity },
  signal: AbortSignal,
): Promise<object> {
  if (folders.length > MOST_AXES) options.refuse(`--probe may be given ${MOST_AXES} times, got ${folders.length}`);
  const own = await Promise.all(folders.map((folder) => readProbe(folder)));
  own.forEach(({ sha256 }, index) => {
    const first = own.findIndex((other) => other.sha256 === sha256);
    if (first < index) options.refuse(`--probe ${folders[index] ?? ''} is the same probe as ${folders[first] ?? ''}`);
  });
  const engine = await openModel(options);
  try {
    const probes: Probe[] = [];
    const axes: ReadAxis[] = [];
    for (const { probe, sha256 } of own) {
      const carried = await carriedProbe(createSegmentReader(engine), probe, options, signal);
      probes.push(carried.probe);
      axes.push({
        probe: { id: probe.id, title: probe.title, sha256 },
        ...axisHead(carried.probe),
        carriedOver: carried.agreement,
      });
    }
    const text = options.flag('chat') ? engine.tokenizer.chat([{ role: 'user', content: given }]) : given;
    const onProgress = (done: number, total: number): void => showProgress('readings', done, total);
    const { pieces, readings, left, readoutTokens, milliseconds } = await readAxes(
      engine,
      probes,
      { text, every },
      onProgress,
      signal,
    );
    const record = {
      title: `${axes.length} axes of ${pieces.length} tokens`,
      createdAt: Date.now(),
      model: engine.model,
      every,
      axes,
      pieces,
      readings,
    };
    const table = options.text('csv');
    if (table !== undefined) await writeOutput(table, axesCsv(record));
    return {
      ...axesObject(record),
      headline: togetherHeadline(axesTogether(readings, axes), axes),
      readoutTokens,
      milliseconds: Math.round(milliseconds),
      readingsLack: left && READINGS_LEFT[left],
    };
  } finally {
    await engine.dispose();
  }
}
