// What the wall says. Few words, large: it is read from six metres.

import type { Word } from "../shared/words/language";

export const WORDS = {
  title: ["电梯应急救援", "Lift rescue"],
  language: ["English", "中文"],
  dark: ["深色", "Dark"],
  light: ["浅色", "Light"],
  live: ["实时", "Live"],
  connecting: ["连接中", "Connecting"],
  stale: ["{} 秒没有更新", "No news for {} s"],
  stale_banner: ["连接中断,画面是 {} 的情况", "Connection lost: this is how things stood at {}"],
  trouble: ["调度暂停:{}", "Dispatch stands still: {}"],
  trapped: ["正在救援", "Being rescued"],
  trapped_note: ["起困人", "people trapped"],
  without_crew: ["无人接单", "No crew yet"],
  without_crew_note: ["起等待接单", "cases wait for a crew"],
  today: ["今日困人", "Trapped today"],
  today_note: ["起,自 00:00", "cases since 00:00"],
  within: ["30 分钟内到场", "There within 30 min"],
  within_note: ["今日 {} 起", "of {} today"],
  arrival: ["平均到场", "Mean arrival"],
  arrival_note: ["分钟,目标 15", "minutes; the aim is 15"],
  lifts: ["在线电梯", "Lifts on line"],
  lifts_note: ["共 {} 台", "of {}"],
  none_yet: ["–", "–"],
  open_cases: ["进行中的案件", "Open cases"],
  no_cases: ["没有进行中的案件", "No open case"],
  more: ["另有 {} 起", "and {} more"],
  age: ["历时", "Age"],
  code: ["识别码", "Code"],
  place: ["位置", "Where"],
  status: ["状态", "Status"],
  company: ["救援单位", "Who goes"],
  deadline: ["到场时限", "Be there"],
  left: ["剩 {}", "{} left"],
  over: ["超 {}", "{} over"],
  arrived: ["已到场", "arrived"],
  minutes_eta: ["约 {} 分", "{} min"],
  by_state: ["电梯状态", "Lifts by state"],
  sign_in: ["登录大屏", "Sign this wall in"],
  sign_in_hint: [
    "用角色为 wall 的账号登录,或打开管理员给的链接。",
    "Log in with an account of the role wall, or open the link that the administrator gave you.",
  ],
  wrong_role: ["此账号的角色不是 wall,大屏不显示。", "This account's role is not wall: it is not for the big screen."],
  username: ["账号", "Name"],
  password: ["密码", "Password"],
  enter: ["登录", "Log in"],
} as const satisfies Record<string, Word>;

/** What the map marks, and the words of its key. */
export const MARKS: readonly (readonly [
  key: "in_service" | "faulty" | "power" | "alarm" | "out" | "silent",
  word: Word,
])[] = [
  ["alarm", ["报警或困人", "Alarm or trapped"]],
  ["power", ["停电", "Power lost"]],
  ["faulty", ["故障", "Faulty"]],
  ["out", ["停用", "Out of service"]],
  ["silent", ["离线或未知", "Off line"]],
  ["in_service", ["正常", "In service"]],
];
