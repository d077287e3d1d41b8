// What the dispatcher says of crews: why one goes, why another may not, and why nobody can. Each English pattern is one
// that the service's source spells; a test holds the two lists against each other.

import type { Patterns } from "./grammar";

export const CREWS: Patterns = {
  min: [
    ["{n} 分钟", "{n} min"],
    ["不到 1 分钟", "less than a minute"],
  ],
  whose: [
    ["签约维保单位", "of the contracted company"],
    ["救援站", "of a rescue station"],
    ["维保单位", "of a maintenance company"],
    ["其他单位", "of another company"],
  ],
  away: [
    ["{min}可到", "{min} away"],
    ["电梯位置未知，按 {min}估算", "{min} assumed as the lift's position is not known"],
  ],
  free: [
    ["空闲人员", "free crew"],
    ["即将空闲的人员", "crew soon free"],
  ],
  standing: [
    ["唯一{free}", "only {free}"],
    ["最近的{free}", "nearest {free}"],
    ["位置最合适的{free}", "best placed {free}"],
  ],
  versus: [
    ["；{id}（{min}可到）须用于案件 {id2}", "; {id}, {min} away, is needed for {id2}"],
    ["，与 {id} 差不多同时", ", about as soon as {id}"],
    ["，比 {id} 早 {min}", ", {min} before {id}"],
    ["；{id}（{whose}）仅近 {min}", "; {id} {whose} is only {min} nearer"],
  ],
  stale: [["，过旧，不足为凭", ", too old to go by"]],
  doubt: [
    ["位置并非救援人员自己上报", "position not reported by the crew itself"],
    ["位置为 {min}前{stale}", "position {min} old{stale?}"],
    ["尚须休息 {min}", "at rest for another {min}"],
  ],
  lack: [["缺少资质：{text}", "lacks {text}"]],
  remark: [
    ["其位置未知", "its position is not known"],
    ["没有开放的道路可达", "no open road leads there"],
    ["距任何道路 {n} 米：坐标是否为 GCJ-02？", "{n} m off any road: is it GCJ-02?"],
    ["位于与其他道路不相连的路网孤岛：{text}", "on an island of roads that nothing joins to the others: {text}"],
  ],
  reservation: [
    ["{doubt}，且无他人可去", "{doubt}, and nobody else can go"],
    ["{lack}，且附近无具备资质者", "{lack}, and nobody authorised is within reach"],
    ["{remark}", "{remark}"],
  ],
  but: [["；{reservation}", "; {reservation}"]],
  choice: [
    ["由调度员指定，{away}{but}", "chosen by an operator, {away}{but*}"],
    ["首个空闲人员（{whose}），{away}{but}", "first free crew {whose}, {away}{but*}"],
    ["{standing}（{whose}），{away}{versus}{but}", "{standing} {whose}, {away}{versus?}{but*}"],
  ],
  busy: [
    ["正执行另一案件（{status}）", "{status} for another case"],
    ["正执行本案（{status}）", "{status} for this case"],
    ["须用于案件 {id}", "needed for {id}"],
  ],
  soon: [["，{n} 分钟后空闲", ", free in {n} min"]],
  candidate: [
    ["{min}后空闲", "free in {min}"],
    ["改派：{busy}", "to be turned round: {busy}"],
    ["{busy}{soon}", "{busy}{soon?}"],
  ],
  ground: [
    ["调度员已选定 {id}", "an operator chose {id}"],
    ["调度员已将其留给案件 {id}", "an operator keeps it for {id}"],
    ["仅 {n} 人，一次救援至少 {n2} 人", "{n} of the {n2} people that a rescue takes"],
    ["距离 {n} 公里，超出二级救援的 {n2} 公里", "{n} km away, beyond the {n2} km of level 2"],
    ["维保单位未知", "the lift's contractor is not known"],
    ["非签约维保单位", "not of the contracted company"],
    ["从其位置一天内无路可达", "no way from its position to the lift within a day"],
  ],
  company: [["签约维保单位", " of the contracted company"]],
  shortage: [
    ["维保单位未知，一级无人可派", "the lift's contractor is not known, so there is nobody to ask at level 1"],
    ["签约维保单位没有救援人员", "the contracted company has no crews"],
    ["没有登记任何救援人员", "no crews are known"],
    ["{company}无人在岗", "nobody{company?} is on duty"],
    ["{company}在岗人员均已询问或被排除", "all crews{company?} on duty have been asked or are ruled out"],
    [
      "{company}在岗人员均由调度员留给其他案件",
      "all crews{company?} on duty are kept by an operator for other callouts",
    ],
    ["{company}在岗人员均在其他案件", "all crews{company?} on duty are on other cases"],
    ["{company}在岗救援组人数均不足", "no crew{company?} on duty has people enough"],
    ["{company}在岗人员位置均未知", "the positions of all crews{company?} on duty are unknown"],
    ["{company}在岗人员均距离过远", "all crews{company?} on duty are too far away"],
    ["{company}在岗人员均无路可达", "no crew{company?} on duty has a way to the lift"],
    ["{company}已无人可派", "no crew{company?} is left to ask"],
    ["{company}可派人员均须用于其他案件", "all crews{company?} that may go are needed for other callouts"],
  ],
  counted: [["（{counts}）", " ({counts})"]],
  ordinal: [
    ["二", "second"],
    ["三", "third"],
    ["{n}", "{n}th"],
  ],
  stop: [["预计 {id} 在第 {ordinal} 站到达，{min}后", "{id} is to come as its {ordinal} stop, in {min}"]],
  later: [["；{stop}", "; {stop}"]],
  shortfall: [["{shortage}{counted}{later}", "{shortage}{counted?}{later?}"]],
};
