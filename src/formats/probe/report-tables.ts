/** Every table of a judgement as rows, for CSV files: the numbers of the page and the card with nothing rounded away. */
import { csv, type Cell } from '../../base/csv.ts';
import { wantedOf } from '../../probe/claims/claim-beyond.ts';
import { eitherWay } from '../../probe/claims/either-way.ts';
import type { FitMethod } from '../../probe/probe-types.ts';
import { readoutRows } from '../../probe/evidence/readout-rows.ts';
import type { Report } from '../../probe/report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';

/** A table with a name that may be a file's. */
export interface ReportTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const METHOD_COLUMNS = ['method', 'target', 'penalty'] as const;
const ESTIMATE_COLUMNS = ['value', 'low95', 'high95', 'n', 'note'] as const;

/**
 * All tables, in the order of the report; a table without rows is left out. AUROC, pairs, accuracy and p are shares from 0 to 1,
 * effects and drift are in the unit that their row names, `n` counts topics, items or stories, `low95` and `high95`
 * bound the 95 % interval.
 */
export function reportTables(report: Report): ReportTable[] {
  const { curves, baselines, selectivity, calibration, poles, transfer, controls, drift, readout, axis } = report;
  const about: ReportTable = {
    name: 'about',
    header: ['field', 'value'],
    rows: [
      ['probe', report.probe.id],
      ['sha256', report.probe.sha256],
      ['positive', report.axis.positive],
      ['negative', report.axis.negative],
      ['neutral', report.axis.neutral],
      ['layer', report.layer],
      ['topics', report.topics],
      ['readings', report.readings],
      ...report.caveats.map((caveat) => ['caveat', caveat]),
    ],
  };
  const tables: ReportTable[] = [
    about,
    {
      name: 'curves',
      header: [...METHOD_COLUMNS, 'layer', 'auroc', 'low95', 'high95', 'pairs', 'dprime', 'null95'],
      rows: curves.flatMap((curve) =>
        curve.auroc.map((auroc, layer) => [
          ...methodCells(curve.method),
          layer,
          auroc,
          curve.aurocLow[layer] ?? null,
          curve.aurocHigh[layer] ?? null,
          curve.pairs[layer] ?? null,
          curve.dPrime[layer] ?? null,
          curve.nullAuroc95ByLayer[layer] ?? null,
        ]),
      ),
    },
    {
      name: 'methods',
      header: [
        ...METHOD_COLUMNS,
        'nested_auroc',
        'low95',
        'high95',
        'n',
        'note',
        'nested_pairs',
        'null95_best_layer',
        'p',
        'shuffles',
      ],
      rows: curves.map(({ method, nested, nullAuroc95, p, shuffles }) => [
        ...methodCells(method),
        ...estimateCells(nested.auroc),
        nested.pairs,
        nullAuroc95,
        p,
        shuffles,
      ]),
    },
    {
      name: 'nested-choices',
      header: [...METHOD_COLUMNS, 'chosen_layer', 'chosen_penalty', 'folds'],
      rows: curves.flatMap(({ method, nested }) =>
        nested.chosen.map(({ layer, penalty, folds }) => [...methodCells(method), layer, penalty, folds]),
      ),
    },
    {
      name: 'baselines',
      header: ['baseline', ...ESTIMATE_COLUMNS],
      rows: [
        ['bag of words (naive Bayes), AUROC', ...estimateCells(baselines.bagOfWords)],
        ['mean word embedding (layer 0), AUROC', ...estimateCells(baselines.embedding)],
        ['number of words, AUROC', ...estimateCells(baselines.length)],
        ['number of words, better direction, AUROC', ...estimateCells(eitherWay(baselines.length))],
      ],
    },
    {
      name: 'random-directions',
      header: ['layer', 'auroc_p05', 'auroc_p95', 'directions'],
      rows: baselines.randomLow.map((low, layer) => [
        layer,
        low,
        baselines.randomHigh[layer] ?? null,
        baselines.randomCount,
      ]),
    },
    {
      name: 'selectivity',
      header: [
        'task_accuracy',
        'control_accuracy',
        'control_tasks',
        ...ESTIMATE_COLUMNS.map((column) => `selectivity_${column}`),
      ],
      rows:
        selectivity === null
          ? []
          : [
              [
                selectivity.task,
                selectivity.control,
                selectivity.controlTasks,
                ...estimateCells(selectivity.selectivity),
              ],
            ],
    },
    {
      name: 'calibration',
      header: ['slope', 'offset', 'expected_calibration_error', 'brier'],
      rows: [[calibration.slope, calibration.offset, calibration.expectedError, calibration.brier]],
    },
    {
      name: 'calibration-bins',
      header: ['predicted', 'observed', 'n'],
      rows: calibration.bins.map(({ predicted, observed, n }) => [predicted, observed, n]),
    },
    {
      name: 'poles',
      header: ['quantity', ...ESTIMATE_COLUMNS],
      rows: [
        ['positive against neutral', ...estimateCells(poles.positiveAgainstNeutral)],
        ['negative against neutral', ...estimateCells(poles.negativeAgainstNeutral)],
        ['positive against neutral, own fit', ...estimateCells(poles.positiveOwnFit)],
        ['negative against neutral, own fit', ...estimateCells(poles.negativeOwnFit)],
        ["cosine of the poles' differences from neutral", ...estimateCells(poles.cosine)],
        ['salience', ...estimateCells(poles.salience)],
      ],
    },
    {
      name: 'transfer',
      header: [
        'kind',
        'name',
        ...ESTIMATE_COLUMNS.map((column) => `auroc_${column}`),
        'pairs',
        'chosen_layer',
        'chosen_penalty',
      ],
      rows: transfer.map(({ kind, name, auroc, pairs, chosen }) => [
        kind,
        name,
        ...estimateCells(auroc),
        pairs,
        chosen?.layer ?? null,
        chosen?.penalty ?? null,
      ]),
    },
    {
      name: 'controls',
      header: ['control', 'trained', 'effect', 'unit', 'wanted', ...ESTIMATE_COLUMNS],
      rows: controls.flatMap(({ name, trained, effects }) =>
        effects.map((effect) => [
          name,
          trained,
          effect.label,
          effect.unit,
          wantedOf(axis, name, effect),
          ...estimateCells(effect.estimate),
        ]),
      ),
    },
    {
      name: 'drift',
      header: ['sentences_after_setting', 'mean_score', 'sd_score', 'stories'],
      rows: drift.map(({ beats, mean, sd, n }) => [beats, mean, sd, n]),
    },
    {
      name: 'readout',
      header: ['texts', 'places', 'wanted', ...ESTIMATE_COLUMNS.map((column) => `auroc_${column}`)],
      rows:
        readout === null
          ? []
          : readoutRows(readout).map(({ texts, places, wanted, auroc }) => [
              texts,
              places,
              wanted,
              ...estimateCells(auroc),
            ]),
    },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** A table as the text of a CSV file. */
export function tableCsv({ header, rows }: ReportTable): string {
  return csv(header, rows);
}

function methodCells({ kind, target, penalty }: FitMethod): Cell[] {
  return [kind, target, penalty];
}

/** Value, interval, n and note; empty where there is no estimate. */
function estimateCells(estimate: Estimate | null): Cell[] {
  return estimate === null
    ? [null, null, null, null, 'not estimated: at noise or too little data']
    : [estimate.value, estimate.low, estimate.high, estimate.n, estimate.note ?? null];
}
