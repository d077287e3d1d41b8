// Who could go, the best first, each with its reasons; whoever sends another than the recommended crew says why.

import { useSignal } from "@preact/signals";
import { Fragment, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { readCandidates } from "../../shared/api/calls";
import { Refusal } from "../../shared/api/client";
import type { Candidate, Incident } from "../../shared/api/types";
import { span } from "../../shared/time";
import { GROUNDS, TERMS } from "../../shared/words/dispatch";
import { say, sayName } from "../../shared/words/language";
import { told } from "../../shared/words/said";
import { Told } from "../../shared/words/said/Told";
import { canCommand, crews } from "../state/centre";
import { ACTS, CREWS } from "../words";
import { perform, reasonOf, working } from "./acting";
import { send, shut } from "./form";

const AGAIN_EVERY_MS = 10_000;
const FIRST_SHOWN = 6;

export function Candidates({ incident }: { incident: Incident }): JSX.Element {
  const found = useSignal<readonly Candidate[] | null>(null);
  const refusal = useSignal("");
  const crewId = useSignal<string | null>(null);
  useEffect(() => {
    const ask = () =>
      readCandidates(incident.id).then(
        (list) => (found.value = list),
        (error) => {
          if (!(error instanceof Refusal)) throw error;
          refusal.value = reasonOf(error).said;
        },
      );
    void ask();
    const timer = setInterval(ask, AGAIN_EVERY_MS);
    return () => clearInterval(timer);
  }, [incident.id]);

  if (found.value === null)
    return (
      <p class="hint" role="status">
        {refusal.value || "…"}
      </p>
    );
  const [able, unable] = [found.value.filter((one) => one.may_go), found.value.filter((one) => !one.may_go)];
  const [best] = able;
  const asked = incident.assignment?.crew_id ?? null;
  // Whoever was asked already need not be asked again: the next best is proposed.
  const chosen = able.find((one) => one.crew_id === crewId.value) ?? able.find((one) => one.crew_id !== asked) ?? null;
  return (
    <section class="candidates" aria-label={say(CREWS.choose)}>
      {chosen ? (
        <Send incident={incident} chosen={chosen} best={best ?? chosen} asked={asked} key={chosen.crew_id} />
      ) : (
        <p class="warn">{say(CREWS.nobody)}</p>
      )}
      <ol>
        {able.slice(0, FIRST_SHOWN).map((one) => (
          <li key={one.crew_id}>
            <Option
              candidate={one}
              isBest={one === best}
              isAsked={one.crew_id === asked}
              isChosen={one === chosen}
              onChoose={() => (crewId.value = one.crew_id)}
            />
          </li>
        ))}
      </ol>
      {unable.length > 0 && <Unable refusals={unable} asked={asked} />}
      <p class="buttons">
        <button type="button" onClick={() => shut()}>
          {say(ACTS.cancel)}
        </button>{" "}
        <span class="hint">{say(CREWS.updated)}</span>
      </p>
    </section>
  );
}

interface SendProps {
  incident: Incident;
  chosen: Candidate;
  best: Candidate;
  /** The crew that was asked before, if one was. */
  asked: string | null;
}

function Send({ incident, chosen, best, asked }: SendProps): JSX.Element {
  const reason = useSignal("");
  const mustSayWhy = chosen.crew_id !== best.crew_id || asked !== null;
  const place = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => place.current?.querySelector<HTMLElement>("input, button")?.focus(), []);
  const sendCrew = () => {
    const isRedirect = crews.value.get(chosen.crew_id)?.busy != null;
    const said = { crew_id: chosen.crew_id, reason: reason.value, redirect: isRedirect };
    return send("dispatch", () => perform(incident, "assign", said));
  };
  return (
    <form
      class="send"
      ref={place}
      onSubmit={(event) => {
        event.preventDefault();
        void sendCrew();
      }}
    >
      {mustSayWhy && (
        <label class="wide">
          {say(asked === null ? CREWS.why_other : CREWS.why_change)}
          <input
            name="reason"
            required
            maxLength={500}
            autocomplete="off"
            value={reason.value}
            onInput={(event) => (reason.value = event.currentTarget.value)}
          />
        </label>
      )}
      <button type="submit" class="primary" disabled={!canCommand.value || working.value === "assign"}>
        {say(CREWS.send_this)}: {nameOf(chosen)}
      </button>
    </form>
  );
}

interface OptionProps {
  candidate: Candidate;
  isBest: boolean;
  isAsked: boolean;
  isChosen: boolean;
  onChoose: () => void;
}

function Option({ candidate, isBest, isAsked, isChosen, onChoose }: OptionProps): JSX.Element {
  const { rank, eta_s, reasons, terms } = candidate;
  return (
    <button type="button" class="candidate" aria-pressed={isChosen} disabled={isAsked} onClick={onChoose}>
      <b class="rank">{rank}</b>
      <b class="name">{nameOf(candidate)}</b>
      <span class="eta">{eta_s !== null && say(CREWS.eta, span(eta_s))}</span>
      <span class="tags">
        {isBest && <b>{say(CREWS.recommended)}</b>} {isAsked && <b>{say(CREWS.asked_now)}</b>}
      </span>
      <span class="because">
        <Reasons reasons={reasons} />
      </span>
      <span class="terms">{weighed(terms)}</span>
    </button>
  );
}

function Reasons({ reasons }: { reasons: readonly string[] }): JSX.Element {
  return (
    <>
      {reasons.map((one, at) => (
        <Fragment key={one}>
          {at > 0 && " · "}
          <Told sentence={one} />
        </Fragment>
      ))}
    </>
  );
}

/** What its cost is made of: seconds, each weighed by what it means for the people inside. */
function weighed(terms: Candidate["terms"]): string {
  const parts = terms
    .map(({ name, seconds }) => ({ name, weight: Math.round(seconds) }))
    .filter(({ weight }) => weight);
  return say(CREWS.weighed, parts.map(({ name, weight }) => `${sayName(TERMS, name)} ${weight}`).join(" · "));
}

/** Who may not go, by the ground. */
function Unable({ refusals, asked }: { refusals: readonly Candidate[]; asked: string | null }): JSX.Element {
  return (
    <details class="unable">
      <summary>{say(CREWS.may_not, refusals.length)}</summary>
      <ul>
        {refusals.map((one) => (
          <li key={one.crew_id}>
            <b>{nameOf(one)}</b> {one.crew_id === asked && say(CREWS.asked_now)} <Ground of={one} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The ground, and what is said beside it where that is more. */
function Ground({ of: { ground, reasons } }: { of: Candidate }): JSX.Element {
  const said = sayName(GROUNDS, ground ?? "");
  const more = reasons.filter((one) => told(one).said !== said);
  return (
    <>
      {said}
      {more.length > 0 && " · "}
      <Reasons reasons={more} />
    </>
  );
}

function nameOf({ crew_id }: Candidate): string {
  const crew = crews.value.get(crew_id);
  return crew ? [crew_id, crew.name, say(CREWS.members, crew.members)].filter(Boolean).join(" · ") : crew_id;
}
