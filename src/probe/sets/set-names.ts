/** Whose names stand in a prompt set, counted from a list; a set in which women are kind and men are cruel would teach that. */
import { LISTED_NAMES, type NameKind, namesIn } from './given-names.ts';
import { type ByPole, byPole, groupBy, type SetRow } from './set-rows.ts';

/** Counts of one kind of name. */
export interface NameCount {
  /** Names of the list that occur at all, each counted once. */
  readonly names: number;
  /** Topics in which one stands, in a scene or a turn. */
  readonly topics: number;
  /** Share of a pole's turns in which one stands, scenes left aside: poles share those. */
  readonly share: ByPole<number | null>;
}

/** Names of the list, by whose they mostly are. */
export interface SetNames {
  /** How many names the list holds: others are not seen. */
  readonly listed: number;
  readonly women: NameCount;
  readonly men: NameCount;
  /** Topics in which no name of the list stands. */
  readonly topicsWithout: number;
}

/** Counts the names of the list in the rows of a set. */
export function setNames(rows: readonly SetRow[]): SetNames {
  const found = new Map(
    rows.map((row) => [row, { all: namesIn(`${row.context} ${row.text}`), own: namesIn(row.text) }]),
  );
  const topics = groupBy(rows, (row) => row.topic).map(
    (topic) => new Set(topic.flatMap((row) => [...(found.get(row)?.all.values() ?? [])])),
  );
  const of = (kind: NameKind): NameCount => ({
    names: new Set(
      [...found.values()].flatMap(({ all }) => [...all].flatMap(([name, own]) => (own === kind ? [name] : []))),
    ).size,
    topics: topics.filter((kinds) => kinds.has(kind)).length,
    share: byPole(rows, (part) =>
      part.length === 0
        ? null
        : part.filter((row) => [...(found.get(row)?.own.values() ?? [])].includes(kind)).length / part.length,
    ),
  });
  return {
    listed: LISTED_NAMES,
    women: of('woman'),
    men: of('man'),
    topicsWithout: topics.filter((kinds) => kinds.size === 0).length,
  };
}
