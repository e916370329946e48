/** From the units to the verdict: the gate, contrasts, measures, the rule, and what the experiment cannot say. */
import type { JsonObject, UnitResult } from '../design.ts';
import type { Findings, Gate, Measure, RunSize } from '../experiment-types.ts';
import type { ContextOdds } from '../context-odds.ts';
import { briefly, gateNeeded } from '../verdict-words.ts';
import { unitOf } from '../unit-json.ts';
import { meanOver, type Planned, plannedContrasts } from './contrasts.ts';
import { HAND_WORDS, NAME_WORDS, turnersFigure } from './figure.ts';
import { judge } from './judge.ts';
import { HANDS, NAMES, storiesOf } from './plan.ts';
import { askedAbout, personOdds } from './run.ts';
import { SIDES, type TurnersSpec } from './spec.ts';
import { interaction, SWAY, swayAfter, swayAlone, turnedFrom } from './sway.ts';

/** Analyses the units of a size. Throws `units-missing` and `unit-invalid`. */
export function analyseTurners(
  spec: TurnersSpec,
  size: RunSize,
  _prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const people = askedAbout(spec, size).map((topic) => personOdds(unitOf(units, topic.id).data, spec, size, topic));
  const stories = storiesOf(spec, size);
  const gate = gateOf(spec, people);
  const planned = plannedContrasts(spec, people, stories);
  const { verdict, because } = judge(gate, planned, spec.thresholds);
  return {
    verdict,
    because,
    gates: [gate],
    contrasts: [planned.turners, planned.beyond],
    measures: measuresOf(spec, people, stories),
    wouldChange: wouldChange(spec, gate, planned),
    limits: limitsOf(spec, size),
    figure: turnersFigure(spec, people, stories),
  };
}

/** Does a beginning tell the model anything of what the same person does next? */
function gateOf(spec: TurnersSpec, people: readonly ContextOdds[]): Gate {
  const measured = meanOver(people.map(swayAlone), spec);
  return {
    id: 'sway',
    says: `With no story before it, a ${spec.light} beginning makes a ${spec.light} next act likelier than a ${spec.dark} one does.`,
    unit: SWAY,
    measured,
    side: 'above',
    at: 0,
    needs: 'interval',
    passed: measured.low !== null && measured.low > 0,
  };
}

function measuresOf(spec: TurnersSpec, people: readonly ContextOdds[], stories: readonly number[]): Measure[] {
  const measure = (id: string, says: string, value: (person: ContextOdds) => number): Measure => ({
    id,
    says,
    unit: SWAY,
    estimate: meanOver(people.map(value), spec),
  });
  return [
    measure('sway-alone', 'sway of a beginning with no story before', swayAlone),
    ...NAMES.flatMap((names) => [
      ...HANDS.map((hand) =>
        measure(
          `sway-${hand}-${names}`,
          `sway after stories in which ${HAND_WORDS[hand]}, ${NAME_WORDS[names]}`,
          (person) => swayAfter(person, hand, names, stories),
        ),
      ),
      ...stories.map((count) =>
        measure(
          `turners-${names}-${count}`,
          `turners less steady hands after ${count} stories, ${NAME_WORDS[names]}`,
          (person) => interaction(person, names, [count]),
        ),
      ),
      ...SIDES.map((start) =>
        measure(
          `turned-${start}-${names}`,
          `of that difference, what falls to a ${spec[start]} beginning, ${NAME_WORDS[names]}`,
          (person) => turnedFrom(person, start, names, stories),
        ),
      ),
    ]),
  ];
}

function wouldChange({ thresholds: { rope } }: TurnersSpec, gate: Gate, { turners, beyond }: Planned): string[] {
  return [
    ...(gate.passed ? [] : [gateNeeded(gate)]),
    `CONFIRM needs the difference below −${rope} by its whole interval, and that beyond names dealt anew below 0; they are ${briefly(turners.estimate, { signed: true })} and ${briefly(beyond.estimate, { signed: true })}.`,
    `DENY needs the whole interval of the difference above −${rope}.`,
  ];
}

function limitsOf(spec: TurnersSpec, size: RunSize): string[] {
  return [
    ...(size === 'quick'
      ? [
          `A quick run: ${spec.quick.topics} people, too few for an interval, so it can have no verdict. It is a look at the numbers.`,
        ]
      : []),
    spec.seenBefore,
    'That people of one hand turn is a pattern of the text. A difference shows that the model carries it over to a new person; it does not show that the model holds a picture of an author.',
    'Acts are given, not written by the model, and every turn comes after two acts, just where the new person’s third act is asked for.',
    `People are shown in the contexts of others too, and all acts come from one list, ${spec.topics.length} people by one writer. The interval is over people and takes the acts as they are.`,
    'A denial is of this model: one that is too small to carry a pattern over stories would give it too, whatever larger ones do.',
    'No byline is used, and an author is told apart by nothing but what becomes of the people.',
  ];
}
