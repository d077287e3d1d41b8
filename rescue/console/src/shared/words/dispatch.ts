// The dispatcher's names in words: on what ground a crew may not go, and what its cost is made of. A test holds both
// against the dispatcher's own lists.

import type { Word } from "./language";

export const GROUNDS: Readonly<Record<string, Word>> = {
  "contractor unknown": ["维保单位未知", "contractor unknown"],
  "not the contracted company": ["非签约维保单位", "not the contracted company"],
  "off duty": ["不在岗", "off duty"],
  excluded: ["本案不再询问", "not asked again for this case"],
  "kept for an operator's choice": ["已由调度员指定", "kept for an operator's choice"],
  "on another case": ["在其他案件", "on another case"],
  "too few people": ["人数不足", "too few people"],
  "position unknown": ["位置未知", "position unknown"],
  "too far": ["距离过远", "too far"],
  "no way there": ["无路可达", "no way there"],
};
export const TERMS: Readonly<Record<string, Word>> = {
  "expected arrival": ["预计到场", "expected arrival"],
  lateness: ["超时", "lateness"],
  "level preference": ["单位优先", "level preference"],
  "doubtful position": ["位置存疑", "doubtful position"],
  rest: ["休息", "rest"],
  "missing qualification": ["资质不足", "missing qualification"],
  disruption: ["改派影响", "disruption"],
  "cover left behind": ["原区域覆盖", "cover left behind"],
};
