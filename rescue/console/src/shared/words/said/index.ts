// A sentence of the service in the language chosen. The service keeps, signs and sends its sentences in English; what it
// says is a closed set of patterns, and each has its Chinese here.

import type { Entry } from "../../api/types";
import { GROUNDS } from "../dispatch";
import { ENTRIES } from "../entries";
import { type Language, language, type Word } from "../language";
import { ASSIGNMENTS, CONDITIONS, KINDS, SIGNS, SOURCES, STATUSES } from "../names";
import { CREWS } from "./crews";
import { DESK, GROUPED, LEVELS } from "./desk";
import { EVIDENCE } from "./evidence";
import { Grammar, type Kind } from "./grammar";
import { SERVICE } from "./service";

const asIs = (pattern: string): Kind => ({ pattern, say: (found) => found });

const DEEDS: Readonly<Record<string, Word>> = {
  assign: ["派单", "assign"],
  stand_down: ["撤销救援", "stand down"],
  false_alarm: ["误报", "false alarm"],
  close: ["结案", "close"],
};
const CHANNELS: Readonly<Record<string, Word>> = {
  status: ["状态", "status"],
  fault: ["故障", "fault"],
  alarm: ["报警", "alarm"],
};
const NOTHING: Readonly<Record<string, Word>> = { none: ["无", "none"] };

/** One or more names of a table, as the service spells them: with spaces or with underscores. Unless a pattern says
 * what else may stand there, it is one of these. */
function named(table: Readonly<Record<string, Word>>, pattern = oneOf(Object.keys(table))): Kind {
  const say = (name: string) => table[name.replaceAll(" ", "_")]?.[0] ?? table[name]?.[0] ?? name;
  return { pattern, say: (found) => found.split(", ").map(say).join("、") };
}

function oneOf(names: readonly string[]): string {
  return `(?:${names.map((name) => name.replaceAll("_", "[ _]")).join("|")})`;
}

const COUNTED: Kind = {
  pattern: ".+",
  say: (found) =>
    found
      .split(/, (?=\d+ )/)
      .map((one) => one.replace(/^(\d+) (.*)$/, (_, n, label) => `${n} 组${inChinese(label)}`))
      .join("，"),
};

const GRAMMAR = new Grammar(
  {
    n: asIs("-?\\d+(?:\\.\\d+)?"),
    id: asIs("[^\\s,;:()]+"),
    at: asIs("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z"),
    name: asIs("[^:;]+?"),
    text: asIs("[^]+?"),
    status: named({ ...ASSIGNMENTS, ...STATUSES }),
    kind: named(KINDS),
    condition: named(CONDITIONS, "[^;]+?"),
    source: named(SOURCES),
    signs: named({ ...SIGNS, ...NOTHING }, "[^;:()]+?"),
    mark: named(ENTRIES),
    levelname: named(LEVELS, "[^;:()]+?"),
    grouped: named(GROUPED),
    deed: named(DEEDS),
    channel: named(CHANNELS),
    reopened: asIs("reopened"),
    counts: COUNTED,
  },
  { ...EVIDENCE, ...CREWS, ...DESK, ...SERVICE },
);

function inChinese(sentence: string): string {
  const known = GROUNDS[sentence]?.[0] ?? GRAMMAR.say(sentence);
  if (known != null) return known;
  // Signs of release are several reasons in one line, what a stale command hears several sentences.
  const parts = sentence.split("; ");
  return parts.length > 1 ? parts.map(inChinese).join("；") : sentence;
}

/** What the service said, in the language chosen, and the language that it then is in. */
export function told(sentence: string): { said: string; lang: Language | undefined } {
  if (language.value === "en") return { said: sentence, lang: undefined };
  const said = inChinese(sentence);
  return { said, lang: said === sentence && /[a-z]{2}/.test(said) ? "en" : undefined };
}

/** A line of a timeline: a note is a person's own words, and what is to be said on the phone the desk has in both. */
export function toldLine({ what, said, data }: Pick<Entry, "what" | "said" | "data">): ReturnType<typeof told> {
  if (what === "noted") return { said, lang: undefined };
  const line = told(said);
  const [en, zh] = [data.say, data.say_zh].map(String);
  return language.value === "zh" && en && zh && data.say_zh ? { ...line, said: line.said.replace(en, zh) } : line;
}
