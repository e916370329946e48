/** From the units to the verdict: gates, contrasts, measures, the rule, and what the experiment cannot say. */
import { createRng } from '../../base/rng.ts';
import { clusterMean, FEWEST_UNITS, percentileEstimate, withoutInterval } from '../../stats/effect.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { mean } from '../../stats/stats.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import type { Findings, Gate, Measure, RunSize } from '../experiment-types.ts';
import type { ContextOdds } from '../context-odds.ts';
import { briefly, gateNeeded } from '../verdict-words.ts';
import { unitOf } from '../unit-json.ts';
import { PLACE, placeOf, type Planned, plannedContrasts } from './contrasts.ts';
import { midpointFigure } from './figure.ts';
import { judge } from './judge.ts';
import {
  type AxisOdds,
  awayWay,
  backWay,
  blockWay,
  EVENT_WORDS,
  EVENTS,
  gapAt,
  mixedWay,
  placeAmong,
  type Way,
} from './places.ts';
import { lengthsOf } from './plan.ts';
import { storyOdds, usedStories } from './run.ts';
import type { MidpointSpec } from './spec.ts';

/** Analyses the units of a size. Throws `units-missing` and `unit-invalid`. */
export function analyseMidpoint(
  spec: MidpointSpec,
  size: RunSize,
  _prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const axes = axesOf(spec, size, units);
  const moral = axes[0];
  if (moral === undefined) throw new RangeError('there is no moral axis'); // cannot be: parsing asks for it
  const planned = plannedContrasts(spec, moral.stories, moral.lengths);
  const gates = axes.map((one) => gateOf(spec, one));
  const [gate] = gates;
  if (gate === undefined) throw new RangeError('there is no gate'); // cannot be: one an axis
  const { verdict, because } = judge(gate, planned, spec.thresholds);
  return {
    verdict,
    because: `${because} ${besideWords(spec, moral)}`,
    gates,
    contrasts: [planned.mixed, planned.blocks, planned.back],
    measures: measuresOf(spec, axes),
    wouldChange: wouldChange(spec, gates, planned),
    limits: limitsOf(spec, size, axes),
    figure: midpointFigure(spec, axes),
  };
}

function axesOf(spec: MidpointSpec, size: RunSize, units: readonly UnitResult[]): AxisOdds[] {
  const used = usedStories(spec, size);
  return spec.axes.map((axis) => ({
    axis,
    lengths: lengthsOf(spec, axis, size),
    stories: used
      .filter((one) => one.axis === axis)
      .map((one) => storyOdds(unitOf(units, one.unit).data, spec, size, one)),
  }));
}

/** What the rule puts together or leaves out, so that no reader has to look for it: each length, and another subject after two blocks. */
function besideWords(spec: MidpointSpec, { lengths, stories }: AxisOdds): string {
  const place = (way: (story: ContextOdds) => Way): string => briefly(placeOf(stories.map(way), spec));
  const byLength = lengths.map((length) => `${place((story) => mixedWay(story, [length]))} after ${length}`);
  return `Beside the rule: by acts read it is ${byLength.join(', ')}; in two blocks with another subject after them ${place((story) => blockWay(story, spec.blocks, 'break'))}.`;
}

/** Does the model tell all light from all dark acts at all? */
function gateOf({ draws, seed }: MidpointSpec, { axis, lengths, stories }: AxisOdds): Gate {
  const measured = clusterMean(
    stories.map((story) => mean(lengths.map((length) => gapAt(story, length)))),
    draws,
    seed,
  );
  return {
    id: `gap-${axis.id}`,
    says: `All ${axis.light} acts make ${axis.light} endings likelier than all ${axis.dark} acts do${axis.id === 'moral' ? '' : '; decides nothing of the verdict'}.`,
    unit: 'nats an ending',
    measured,
    side: 'above',
    at: 0,
    needs: 'interval',
    passed: measured.low !== null && measured.low > 0,
  };
}

function measuresOf(spec: MidpointSpec, axes: readonly AxisOdds[]): Measure[] {
  const measure = (id: string, says: string, ways: readonly Way[]): Measure => ({
    id,
    says,
    unit: PLACE,
    estimate: placeOf(ways, spec),
  });
  const [moral, ...others] = axes;
  return [
    ...axes.flatMap(({ axis, lengths, stories }) => {
      const { light, dark } = axis;
      return [
        measure(
          `${axis.id}-mixed`,
          `equally many ${light} and ${dark} acts, over all lengths`,
          stories.map((story) => mixedWay(story, lengths)),
        ),
        ...lengths.map((length) =>
          measure(
            `${axis.id}-mixed-${length}`,
            `the same, ${length / 2} and ${length / 2} ${light} and ${dark} acts`,
            stories.map((story) => mixedWay(story, [length])),
          ),
        ),
        measure(
          `${axis.id}-blocks`,
          `${light} and ${dark} acts in two blocks, both orders`,
          stories.map((story) => blockWay(story, spec.blocks, 'plain')),
        ),
        ...EVENTS.map((event) =>
          measure(
            `${axis.id}-${event}`,
            `the same, ${EVENT_WORDS[event]} (${light} and ${dark})`,
            stories.map((story) => blockWay(story, spec.blocks, event)),
          ),
        ),
        measure(
          `${axis.id}-back`,
          `${light} acts after ${dark} ones: how far up from all ${dark}`,
          stories.map((story) => backWay(story, spec.blocks)),
        ),
        measure(
          `${axis.id}-away`,
          `${dark} acts after ${light} ones: how far down from all ${light}`,
          stories.map((story) => awayWay(story, spec.blocks)),
        ),
      ];
    }),
    ...(moral === undefined
      ? []
      : others.map((other) => ({
          id: `moral-less-${other.axis.id}`,
          says: `place with equally many acts, ${moral.axis.light}–${moral.axis.dark} less ${other.axis.light}–${other.axis.dark}, at the lengths of both`,
          unit: PLACE,
          estimate: difference(spec, moral, other),
        }))),
  ];
}

/** Place of one axis less that of another, at the lengths that both have; stories of each are drawn apart. */
function difference({ draws, seed }: MidpointSpec, one: AxisOdds, other: AxisOdds): Estimate {
  const lengths = one.lengths.filter((length) => other.lengths.includes(length));
  const waysOf = ({ stories }: AxisOdds): Way[] => stories.map((story) => mixedWay(story, lengths));
  const [a, b] = [waysOf(one), waysOf(other)];
  const value = placeAmong(a, a.keys()) - placeAmong(b, b.keys());
  const n = a.length + b.length;
  const smaller = Math.min(a.length, b.length);
  if (smaller < FEWEST_UNITS) return withoutInterval(value, n, 'items');
  const rng = createRng(seed);
  const drawn = (ways: readonly Way[]): number =>
    placeAmong(
      ways,
      ways.map(() => rng.below(ways.length)),
    );
  const found = Array.from({ length: draws }, () => drawn(a) - drawn(b));
  const { low, high } = percentileEstimate(value, found, smaller);
  return { value, low, high, n };
}

function wouldChange({ thresholds }: MidpointSpec, gates: readonly Gate[], { mixed, blocks, back }: Planned): string[] {
  const { noAttractor, attractor, movedBack } = thresholds;
  return [
    ...gates.slice(0, 1).flatMap((gate) => (gate.passed ? [] : [gateNeeded(gate)])),
    `CONFIRM needs both places above ${noAttractor} by their whole intervals, and kind acts to bring back more than ${movedBack}; they are ${briefly(mixed.estimate)}, ${briefly(blocks.estimate)} and ${briefly(back.estimate)}.`,
    `DENY needs the place with equally many acts below ${attractor} by its whole interval; it is ${briefly(mixed.estimate)}.`,
  ];
}

function limitsOf(spec: MidpointSpec, size: RunSize, axes: readonly AxisOdds[]): string[] {
  return [
    ...(size === 'quick'
      ? [
          `A quick run: ${spec.quick.stories} stories an axis, too few for an interval, so it can have no verdict. It is a look at the numbers.`,
        ]
      : []),
    spec.seenBefore,
    'A place of 0.5 is what any reader that counts acts gives, so it denies an attractor; it does not show that the model holds a picture of a character.',
    'Acts and endings are given, not written by the model: whether it would come to kind acts by itself is not asked.',
    `Stories of an axis draw from one list of acts (${axes.map(({ axis }) => `${axis.acts.length} ${axis.id}`).join(', ')}), each in its own order; endings are each story's own. The interval is over stories and takes the acts as they are.`,
    'Contexts with an event are held against pure contexts without one. One writer, one model, and texts in English alone.',
  ];
}
