// The names that the service has for things, in words. The types demand a word for every name of its document.

import type {
  AssignmentStatus,
  Confidence,
  Fault,
  Kind,
  Need,
  Role,
  Sign,
  Situation,
  Source,
  Status,
} from "../api/types";
import type { Deadline } from "../deadline";
import type { Word } from "./language";

export const KINDS: Readonly<Record<Kind, Word>> = {
  entrapment: ["困人", "Entrapment"],
  power_outage: ["停电", "Power outage"],
  fault: ["故障", "Fault"],
  link_lost: ["通信中断", "Link lost"],
  test_overdue: ["试验呼叫逾期", "Test call overdue"],
  enquiry: ["咨询", "Enquiry"],
};

export const STATUSES: Readonly<Record<Status, Word>> = {
  open: ["待派单", "Open"],
  dispatched: ["已派单", "Dispatched"],
  en_route: ["已出发", "En route"],
  on_scene: ["已到场", "On scene"],
  released: ["已解救", "Released"],
  closed: ["已结案", "Closed"],
  stood_down: ["已撤销", "Stood down"],
  false_alarm: ["误报", "False alarm"],
};

/** Where nobody is inside there is nothing to release. */
export const STATUSES_WITHOUT_PEOPLE: Readonly<Record<"open" | "released", Word>> = {
  open: ["待处理", "To do"],
  released: ["已处理", "Work done"],
};

/** What can be wrong with a lift. */
export const CONDITIONS: Readonly<Record<Fault | "link_lost" | "test_overdue" | "reopened", Word>> = {
  safety_circuit_open: ["安全回路断开", "safety circuit open"],
  door_closing: ["关门故障", "door does not close"],
  door_opening: ["开门故障", "door does not open"],
  stopped_outside_zone: ["非平层停梯", "stopped outside the door zone"],
  unintended_movement: ["轿厢意外移动", "unintended movement"],
  run_time_limiter: ["运行时间限制器动作", "run time limiter"],
  position_lost: ["楼层位置丢失", "position lost"],
  restart_prevention: ["防止再运行故障", "prevented from starting again"],
  mains_lost: ["主电源断电", "mains lost"],
  door_open_while_running: ["开门运行", "door open while running"],
  door_cycling: ["反复开关门", "door opens and closes again and again"],
  door_held: ["长时间开门", "door held open"],
  long_stay: ["长时间停层", "long stay at one floor"],
  position_frozen: ["运行中楼层不变", "runs, position frozen"],
  presence_stuck: ["轿厢有人传感器卡滞", "presence sensor stuck"],
  overspeed: ["超速", "overspeed"],
  overrun: ["冲顶", "overrun at the top"],
  pit: ["蹲底", "ran into the pit"],
  trapped: ["困人", "people trapped"],
  trapped_at_landing: ["平层困人", "people trapped at a landing"],
  battery_low: ["报警装置电量低", "alarm battery low"],
  earthquake: ["地震", "earthquake"],
  fire: ["火灾", "fire"],
  silent: ["忙时不运行", "does not move in its busy hours"],
  restamped: ["旧数据重发", "old values sent again"],
  flooding: ["消息过多", "too many messages"],
  alarm_button: ["报警按钮", "alarm button"],
  link_lost: ["通信中断", "link lost"],
  test_overdue: ["试验呼叫逾期", "test call overdue"],
  reopened: ["案件重开", "reopened"],
};

export const CONFIDENCES: Readonly<Record<Confidence, Word>> = {
  possible: ["可能", "possible"],
  likely: ["很可能", "likely"],
  confirmed: ["确认", "confirmed"],
};

export const ASSIGNMENTS: Readonly<Record<AssignmentStatus, Word>> = {
  offered: ["待接单", "asked"],
  accepted: ["已接单", "accepted"],
  en_route: ["已出发", "en route"],
  on_scene: ["已到场", "on scene"],
  released: ["已解救", "released"],
  declined: ["已拒单", "declined"],
  overdue: ["未答复", "overdue"],
  withdrawn: ["已撤回", "withdrawn"],
  cannot_reach: ["无法到达", "cannot reach"],
};

export const DEADLINES: Readonly<Record<Deadline, Word>> = {
  verify_by: ["核实", "verify"],
  ask_by: ["再次派单", "asks next"],
  accept_by: ["接单", "accept"],
  engage_by: ["自动升级", "escalates"],
  set_out_by: ["出发", "set out"],
  expected_by: ["到场", "arrive"],
  relieve_by: ["请增援", "relieve"],
  hand_over_by: ["移交", "hand over"],
  stay_by: ["被困时限", "stay limit"],
  comfort_by: ["安抚", "comfort"],
  call_back_by: ["回访", "call back"],
  close_by: ["结案", "close"],
  attend_by: ["处理", "see to it"],
  carry_out_by: ["即将执行", "carried out"],
};

export const NEEDS: Readonly<Record<Need, Word>> = {
  child: ["儿童", "child"],
  elderly: ["老人", "elderly"],
  pregnant: ["孕妇", "pregnant"],
  medical: ["疾病", "medical"],
  child_alone: ["独自儿童", "child alone"],
  water: ["进水", "water"],
  fire: ["火情", "fire"],
};

export const SOURCES: Readonly<Record<Source, Word>> = {
  iot: ["物联网", "telemetry"],
  phone: ["电话", "phone"],
  qr: ["扫码", "QR page"],
  staff: ["现场人员", "staff"],
  "119": ["119 转接", "119"],
};

export const ACTORS: Readonly<Record<string, Word>> = {
  machine: ["系统", "machine"],
  operator: ["调度员", "operator"],
  company: ["单位", "company"],
  crew: ["救援人员", "crew"],
  lift: ["电梯", "lift"],
  caller: ["报警人", "caller"],
};

export const SIGNS: Readonly<Record<Sign, Word>> = {
  lift_recovered: ["电梯恢复", "lift recovered"],
  alarm_ended: ["报警结束", "alarm ended"],
  passengers_say: ["乘客确认", "passengers say so"],
};

export const ROLES: Readonly<Record<Role, Word>> = {
  operator: ["调度员", "operator"],
  supervisor: ["值班长", "supervisor"],
  admin: ["管理员", "admin"],
  auditor: ["审计员", "auditor"],
  wall: ["大屏", "wall"],
};

export const SITUATIONS: Readonly<Record<Situation, Word>> = {
  unknown: ["未知", "unknown"],
  moving: ["运行中", "moving"],
  way_out: ["平层开门", "at a landing, door open"],
  resting: ["停靠", "at rest"],
  between_landings: ["停于两层之间", "stuck between landings"],
  at_landing: ["平层门未开", "at a landing, door shut"],
};
