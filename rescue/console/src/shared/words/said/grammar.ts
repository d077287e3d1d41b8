// Sentences of the service taken apart by the patterns they were made from, and put together again in Chinese. What no
// pattern fits is left as it is: words of people, sentences of older services and of newer ones.

import type { Word } from "../language";

/** What may stand in the place of a hole, and how it is said. */
export interface Kind {
  readonly pattern: string;
  readonly say: (found: string) => string;
}

/** Patterns by the kind of hole they may fill; `{kind}` in a pattern is such a hole, `{kind?}` one that may be empty,
 * `{kind*}` one that may be filled again and again. A digit tells two holes of one kind apart. */
export type Patterns = Readonly<Record<string, readonly Word[]>>;

interface Hole {
  readonly name: string;
  readonly kind: string;
}

interface Rule {
  readonly zh: string;
  readonly holes: readonly Hole[];
  readonly inner: string;
  readonly whole: RegExp;
  /** How many letters it spells: the more, the surer it is meant. */
  readonly spells: number;
}

const HOLE = /\{([a-z]+)(\d*)([?*]?)\}/g;
const KEPT = 2000;

/** Says sentences in Chinese by these patterns; null where no pattern fits. */
export class Grammar {
  private readonly kinds = new Map<string, Kind>();
  private readonly rules: readonly Rule[];
  private readonly known = new Map<string, string | null>();

  /** A pattern may have holes of the kinds given, of those of earlier patterns, and `{said}`: any sentence at all. */
  constructor(kinds: Readonly<Record<string, Kind>>, patterns: Patterns) {
    this.kinds.set("said", { pattern: "[^]+?", say: (found) => this.say(found) ?? found });
    for (const [name, kind] of Object.entries(kinds)) this.kinds.set(name, kind);
    const all: Rule[] = [];
    for (const [name, words] of Object.entries(patterns)) {
      const rules = words.map((word) => this.compile(word));
      this.kinds.set(
        name,
        kindOf(rules, (rule, found) => this.fill(rule, found)),
      );
      // What is nothing but a hole is a part of sentences, and would be any of them.
      all.push(...rules.filter((_, at) => !/^\{\w+\}$/.test(words[at]?.[1] ?? "")));
    }
    this.rules = all.sort((one, other) => other.spells - one.spells);
  }

  say(sentence: string): string | null {
    const known = this.known.get(sentence);
    if (known !== undefined) return known;
    if (this.known.size >= KEPT) this.known.clear();
    const rule = this.rules.find(({ whole }) => whole.test(sentence));
    const said = rule ? this.fill(rule, sentence) : null;
    this.known.set(sentence, said);
    return said;
  }

  private compile([zh, en]: Word): Rule {
    const holes: Hole[] = [];
    const parts = (opening: string) => {
      let [pattern, end] = ["", 0];
      for (const { 0: hole, 1: kind = "", 3: many, index } of en.matchAll(HOLE)) {
        pattern += spelled(en.slice(end, index)) + opening + this.patternOf(kind, many ?? "");
        pattern += ")";
        end = index + hole.length;
      }
      return pattern + spelled(en.slice(end));
    };
    for (const [, kind = "", number = ""] of en.matchAll(HOLE)) holes.push({ name: kind + number, kind });
    const spells = en.replace(HOLE, "").length;
    return { zh, holes, inner: parts("(?:"), whole: new RegExp(`^${parts("(")}$`), spells };
  }

  private patternOf(name: string, many: string): string {
    const kind = this.kinds.get(name);
    if (!kind) throw new Error(`no kind of hole is called ${name}`);
    return many ? `(?:${kind.pattern})${many}` : kind.pattern;
  }

  private fill({ zh, holes, whole }: Rule, sentence: string): string {
    const found = whole.exec(sentence)?.slice(1) ?? [];
    const said = new Map(holes.map(({ name, kind }, at) => [name, this.sayAs(kind, found[at] ?? "")]));
    return zh.replace(HOLE, (_, kind, number) => said.get(kind + number) ?? "");
  }

  private sayAs(name: string, found: string): string {
    return found && (this.kinds.get(name)?.say(found) ?? found);
  }
}

function kindOf(rules: readonly Rule[], fill: (rule: Rule, found: string) => string): Kind {
  const pattern = `(?:${rules.map(({ inner }) => inner).join("|")})`;
  const next = new RegExp(pattern, "gy");
  const sayOne = (one: string) => {
    const rule = rules.find(({ whole }) => whole.test(one));
    return rule ? fill(rule, one) : one;
  };
  const isOne = (found: string) => rules.some(({ whole }) => whole.test(found));
  return { pattern, say: (found) => (isOne(found) ? sayOne(found) : found.replace(next, sayOne)) };
}

function spelled(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
