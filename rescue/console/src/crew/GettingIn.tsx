// How to get in: where the key is and where the machine room, before anything else that is known of the lift.

import type { JSX } from "preact";
import type { Lift } from "../shared/api/types";
import { say, sayName } from "../shared/words/language";
import { ABOUT, GETTING_IN, WORDS } from "./words";

type Fact = readonly [name: string, value: string];

export function GettingIn({ lift }: { lift: Lift | null }): JSX.Element | null {
  if (lift === null) return null;
  const first = factsOf(lift, Object.keys(GETTING_IN), GETTING_IN);
  return (
    <section class="getting-in">
      <h3>{say(WORDS.getting_in)}</h3>
      {first.length === 0 && <p>{say(WORDS.unknown_key)}</p>}
      <Facts facts={[...first, ...machineRoom(lift)]} />
      <details>
        <summary>{say(WORDS.more)}</summary>
        <Facts facts={about(lift)} />
      </details>
    </section>
  );
}

function Facts({ facts }: { facts: readonly Fact[] }): JSX.Element {
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf(lift: Lift, names: readonly string[], words: typeof GETTING_IN): Fact[] {
  return names.flatMap((name) => {
    const value = lift.attributes[name];
    return value ? [[sayName(words, name), value] as const] : [];
  });
}

function machineRoom(lift: Lift): Fact[] {
  if (lift.machine_room == null || lift.attributes.machine_room_place) return [];
  return [[say(WORDS.machine_room), say(lift.machine_room ? WORDS.machine_room_yes : WORDS.machine_room_no)]];
}

function about(lift: Lift): Fact[] {
  const known: Fact[] = [
    [say(WORDS.lift), lift.lift_id],
    [say(WORDS.floors), lift.floors === null ? "" : String(lift.floors)],
    [say(WORDS.user_unit), lift.user_unit],
  ];
  const others = Object.keys(lift.attributes).filter((name) => !(name in GETTING_IN));
  return [...known, ...factsOf(lift, others, ABOUT)].filter(([, value]) => value !== "");
}
