// What a crew's phone says. Short: it is read at arm's length, in the rain, on the way.

import type { Word } from "../shared/words/language";

export const WORDS = {
  title: ["救援", "Rescue"],
  language: ["English", "中文"],
  theme_dark: ["深色", "Dark"],
  theme_light: ["浅色", "Light"],
  on_duty: ["在岗", "On duty"],
  off_duty: ["离岗", "Off duty"],
  go_on_duty: ["上岗", "Go on duty"],
  go_off_duty: ["下岗", "Go off duty"],
  offline: ["无网络", "No network"],
  as_of: ["{} 的情况", "as of {}"],
  waiting: ["{} 条回报待发送,联网后自动发送", "{} answers wait; they are sent when the network is back"],
  waiting_one: ["1 条回报待发送,联网后自动发送", "1 answer waits; it is sent when the network is back"],
  nothing: ["暂无任务", "Nothing to do"],
  nothing_on: ["请保持本页打开,有派单会响铃。", "Keep this page open: it rings when you are asked."],
  nothing_off: ["您已离岗,不会收到派单。", "You are off duty and are not asked."],
  trapped: ["困人", "People trapped"],
  asked: ["新派单", "You are asked"],
  answer_by: ["请在 {} 内答复", "Answer within {}"],
  overdue: ["答复时限已过", "The time to answer is over"],
  arrive_by: ["{} 前到场", "Be there by {}"],
  people: ["{} 人", "{} inside"],
  people_unknown: ["人数不明", "how many is not known"],
  injured: ["{} 人受伤", "{} hurt"],
  lift: ["电梯", "Lift"],
  code: ["识别码", "Code"],
  attempt: ["第 {} 次派单", "attempt {}"],
  getting_in: ["钥匙和机房", "Key and machine room"],
  unknown_key: ["没有登记钥匙信息,请联系安全员", "No key is on file: call the safety officer"],
  machine_room: ["机房", "Machine room"],
  machine_room_yes: ["有机房", "yes"],
  machine_room_no: ["无机房", "none"],
  entrance: ["入口", "Entrance"],
  floors: ["层数", "Floors"],
  user_unit: ["使用单位", "User unit"],
  more: ["更多资料", "More about the lift"],
  navigate: ["导航", "Navigate"],
  navigate_amap: ["高德", "AMap"],
  call_officer: ["呼叫安全员", "Call the safety officer"],
  call_centre: ["呼叫中心", "Call the centre"],
  call_company: ["呼叫公司", "Call the company"],
  no_number: ["没有电话", "no number"],
  accept: ["接单", "Accept"],
  decline: ["拒单", "Decline"],
  en_route: ["出发", "En route"],
  on_scene: ["到场", "On scene"],
  released: ["已解救", "Released"],
  cannot_reach: ["无法到达", "Cannot reach"],
  cause: ["填报原因", "File the cause"],
  why_decline: ["为什么拒单?", "Why do you decline?"],
  why_cannot_reach: ["为什么无法到达?", "Why can you not get there?"],
  other_reason: ["其他原因", "Another reason"],
  send: ["发送", "Send"],
  back: ["返回", "Back"],
  people_released: ["救出几人?", "How many came out?"],
  how_many_injured: ["其中几人受伤?", "How many of them are hurt?"],
  release_method: ["怎样救出?", "How?"],
  cause_code: ["故障原因", "Cause"],
  later: ["以后填报", "Later"],
  fewer: ["减少", "Fewer"],
  more_people: ["增加", "More"],
  pending: ["{}(待发送)", "{} (waiting to be sent)"],
  done: ["已完成", "Done"],
  cause_missing: ["原因未填报", "The cause is not filed yet"],
  refused: ["“{}”未被接受", "“{}” was not taken"],
  pressed_at: ["您在 {} 点按。", "You pressed it at {}."],
  refused_hint: [
    "请以本页显示的状态为准,有疑问请致电中心。",
    "Go by what this page shows; if in doubt, call the centre.",
  ],
  understood: ["知道了", "Understood"],
  sign_in: ["登录手机", "Sign this phone in"],
  sign_in_hint: [
    "请打开公司发给您的链接,或扫描二维码;也可粘贴令牌。",
    "Open the link that your company sent, or scan its code; or paste the token.",
  ],
  token: ["链接或令牌", "Link or token"],
  session_over: ["此手机已退出,请向公司索取新链接。", "This phone is signed out: ask your company for a new link."],
  still_waiting: ["待发送的回报已保留。", "What waits to be sent is kept."],
  sign_out: ["退出", "Sign out"],
  position_on: ["位置已上报", "Position sent"],
  position_denied: ["定位未允许", "Position not allowed"],
  position_off: ["位置未上报", "Position not sent"],
  no_longer: ["不再由您负责", "No longer yours"],
} as const satisfies Record<string, Word>;

/** The columns of the lifts' file that tell how to get in, in the order in which they are needed (docs/crew-phone.md). */
export const GETTING_IN: Readonly<Record<string, Word>> = {
  key_place: ["钥匙", "Key"],
  key_holder: ["钥匙保管人", "Key holder"],
  access_note: ["进入提示", "Getting in"],
  machine_room_place: ["机房位置", "Machine room"],
  triangle_key: ["三角钥匙", "Landing door key"],
};

export const ABOUT: Readonly<Record<string, Word>> = {
  brand: ["品牌", "Brand"],
  model: ["型号", "Model"],
  drive_type: ["驱动方式", "Drive"],
  commissioned_on: ["投用日期", "In use since"],
};

export const DECLINING: readonly Word[] = [
  ["正在处理其他任务", "Busy with another case"],
  ["距离太远", "Too far away"],
  ["车辆故障", "The vehicle broke down"],
  ["人员不足", "Too few people"],
];

export const NOT_REACHING: readonly Word[] = [
  ["道路不通", "The road is blocked"],
  ["车辆故障", "The vehicle broke down"],
  ["无法进入大楼", "The building is locked"],
  ["人员受伤", "One of us is hurt"],
];

export const METHODS = {
  levelled_door: ["平层开门", "Car levelled, door opened"],
  hand_winding: ["手动盘车", "Wound by hand"],
  electric_release: ["电动松闸", "Brake released electrically"],
  counterweight: ["对重移动", "By the counterweight"],
  forced_door: ["破拆门", "Door forced"],
  self_recovered: ["自行恢复", "Recovered by itself"],
  other: ["其他", "Another way"],
} as const satisfies Record<string, Word>;

/** Why an attempt is none of the crew's any more. */
export const ENDED: Readonly<Record<string, Word>> = {
  declined: ["您已拒单", "You declined"],
  overdue: ["未在时限内答复,已改派", "Not answered in time: another crew was asked"],
  withdrawn: ["中心已撤回", "The centre took it back"],
  cannot_reach: ["您已报告无法到达", "You reported that you cannot get there"],
};
