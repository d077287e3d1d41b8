// The service's own words for what travels, by short names. They come from its OpenAPI document and are never retyped.

import type { components } from "../../generated/api";

type Schemas = components["schemas"];

export type Incident = Schemas["IncidentView"];
export type Assignment = Schemas["AssignmentView"];
export type Lift = Schemas["LiftView"];
export type LiftState = Schemas["LiveView"];
export type Crew = Schemas["CrewView"];
export type Candidate = Schemas["CandidateView"];
export type Entry = Schemas["TimelineEntryView"];
export type Timeline = Schemas["TimelineView"];
export type Caller = Schemas["CallerView"];
export type Handover = Schemas["HandoverView"];
export type Member = Schemas["MemberView"];
export type Operator = Schemas["OperatorView"];
export type CauseGroup = Schemas["CauseGroupView"];
export type Company = Schemas["CompanyView"];
export type PhoneLink = Schemas["SignInView"];
export type Held = Schemas["HeldView"];
export type Shift = Schemas["ShiftView"];
export type FalseAlarms = Schemas["FalseAlarmsView"];
export type FalseAlarmsBy = FalseAlarms["by"];
export type Figures = Schemas["FiguresView"];
export type Health = Schemas["HealthView"];
export type Problem = Schemas["ProblemView"];
export type Who = Schemas["WhoView"];

export type Kind = Schemas["Kind"];
export type Status = Schemas["Status"];
export type AssignmentStatus = Schemas["AssignmentStatus"];
export type Confidence = Schemas["Confidence"];
export type Fault = Schemas["Fault"];
export type Source = Schemas["Source"];
export type Sign = Schemas["Sign"];
export type Role = Schemas["Role"];
export type Need = NonNullable<Schemas["IntakeBody"]["vulnerable"]>[number];
export type Situation = LiftState["situation"];

export type Hello = Schemas["Hello"];
export type Replay = Schemas["Replay"];
export type Reset = Schemas["Reset"];
export type Snapshot = Schemas["Snapshot"];
export type LiveEvent = Schemas["Event"];
export type WallSnapshot = Schemas["WallSnapshot"];
export type WallEvent = Schemas["WallEvent"];
export type Heartbeat = Schemas["Heartbeat"];
export type Failure = Schemas["Failure"];
export type ServerMessage = Schemas["ServerMessage"];
export type ConsoleMessage = Schemas["ConsoleMessage"];

/** What is said with a request: the document marks a field that has a default as always there, as it is in an answer. */
type Said<Name extends keyof Schemas, Must extends keyof Schemas[Name] = never> = Partial<Schemas[Name]> &
  Pick<Schemas[Name], Must>;

/** What an operator may do to a case, and what is said with it. */
export interface Actions {
  claim: Said<"ActionBody">;
  unclaim: Said<"ActionBody">;
  comfort: Said<"ActionBody">;
  note: Said<"NoteBody", "note">;
  triage: Said<"TriageBody">;
  assign: Said<"AssignBody", "crew_id">;
  escalate: Said<"ActionBody">;
  hand_over: Said<"HandOverBody">;
  stand_down: Said<"StandDownBody", "reason">;
  false_alarm: Said<"FalseAlarmBody", "reason">;
  confirm_release: Said<"ReleaseBody">;
  close: Said<"CloseBody">;
  merge: Said<"MergeBody", "into" | "reason">;
  reopen: Said<"ReasonedBody", "reason">;
  undo: Said<"ActionBody">;
  hold_escalation: Said<"HoldEscalationBody", "reason">;
  shelve: Said<"ShelveBody", "reason" | "until">;
  unshelve: Said<"ActionBody">;
  leave: Said<"LeaveBody">;
}
export type Action = keyof Actions;
export type Report = Said<"IntakeBody", "source">;

/** What a crew says of its assignment, or has an operator say for it. */
export type CrewAnswer = "accept" | "decline" | "en_route" | "on_scene" | "cannot_reach" | "released";
export type CrewAnswerBody = Omit<Said<"AnswerBody">, "attempt">;
