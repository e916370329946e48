/**
 * What a kind of experiment is made of: how its spec is read, how it is cut into units, what each unit measures on a
 * model, and how the units are analysed. Everything a design gives is plain JSON, so that it can be kept, split and merged.
 */
import type { DesignName, ExperimentRule, Findings, RunSize } from './experiment-types.ts';
import type { JsonNode } from '../json/json-path.ts';
import type { Reach } from './reach.ts';
import type { Subject } from './subject.ts';

/** JSON as we write it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What every spec says; read by `parseSpec` (spec.ts) before the design reads the rest. */
export interface SpecHead {
  /** Names it in files: `A`, or `my-own`. */
  readonly id: string;
  readonly design: DesignName;
  readonly title: string;
  /** What is put to the test, in a sentence or two. */
  readonly claim: string;
  readonly rule: ExperimentRule;
  readonly licence: string;
  /** Of every draw: bootstrap, permutations, rollouts. */
  readonly seed: number;
  /** Bootstrap resamples of whole clusters. */
  readonly draws: number;
  /** Permutations or sign flips. */
  readonly permutations: number;
  /** Every number that the rule, the gates and the ROPEs use, by name: fixed here before any run. */
  readonly thresholds: Readonly<Record<string, number>>;
}

/** How much a unit, or the preparation, asks of a model: for the estimate. Tokens may be counted as characters / 4. */
export interface Cost {
  /** Tokens read, what is shared in one call counted once. */
  readonly read: number;
  /** Tokens written in rollouts. */
  readonly written: number;
}

/** A part of the work that is done in one go, kept, and never done again. Takes a minute at most on a slow machine. */
export interface UnitPlan {
  /** Small letters, digits, dots and hyphens; orders the units. */
  readonly id: string;
  readonly cost: Cost;
}

/** A unit that has run. */
export interface UnitResult {
  readonly id: string;
  readonly data: JsonObject;
}

/** What happens along the way. */
export interface UnitCall {
  readonly signal?: AbortSignal | undefined;
  /** Share done of this call, 0 to 1: of what writes. What only reads is counted by the tokens that the subject reads. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** The same for the preparation, which writes nothing. */
export type PrepareCall = Pick<UnitCall, 'signal'>;

/** A kind of experiment. `S` is its spec. */
export interface Design<S extends SpecHead = SpecHead> {
  readonly name: DesignName;
  /**
   * Reads what only this design's specs say, and checks it (levels, balance, strings that must be identical); refuses
   * by path. What it does not ask for, thresholds too, is refused as unknown.
   */
  parse(root: JsonNode, head: SpecHead): S;
  /** The units of a size, in the order of their ids. */
  units(spec: S, size: RunSize): readonly UnitPlan[];
  /** What {@link prepare} asks of a model. */
  preparation(spec: S, size: RunSize): Cost;
  /** How far its texts and its work reach: looked at before anything is read. */
  reach(spec: S, size: RunSize): Reach;
  /** What all units need: fitted instruments, calibrated strengths. Kept with the units; the same model gives the same. */
  prepare(spec: S, size: RunSize, subject: Subject, call: PrepareCall): Promise<JsonObject>;
  /** Measures one unit. Numbers are rounded here (`significantAll` of base/round.ts), so that a file holds what is analysed. */
  run(spec: S, unit: UnitPlan, prepared: JsonObject, subject: Subject, call: UnitCall): Promise<JsonObject>;
  /** From the units, in order of their ids, to the verdict; no model, no clock, no order of arrival. */
  analyse(spec: S, size: RunSize, prepared: JsonObject, units: readonly UnitResult[]): Findings;
}
