// Everything the page says, in both languages. What the service says of a case comes as the service said it.

const WORDS = {
  title: ["电梯应急救援", "Lift rescue"],
  log_in: ["登录", "Log in"],
  log_out: ["退出", "Log out"],
  username: ["用户名", "User name"],
  password: ["密码", "Password"],
  other_language: ["English", "中文"],
  open_cases: ["未结案件", "Open cases"],
  no_cases: ["当前没有未结案件", "No case is open"],
  crews: ["救援人员", "Crews"],
  number: ["编号", "No."],
  status: ["状态", "Status"],
  confidence: ["可信度", "Confidence"],
  rescue_code: ["救援识别码", "Rescue code"],
  address: ["地址", "Address"],
  people: ["被困人数", "People"],
  level: ["级别", "Level"],
  crew: ["救援人员", "Crew"],
  next_deadline: ["下一时限", "Next deadline"],
  age: ["被困时长", "Trapped for"],
  company: ["单位", "Company"],
  state: ["状态", "State"],
  phone: ["电话", "Phone"],
  none_selected: ["选择一个案件查看详情", "Select a case to see its details"],
  unknown: ["未知", "unknown"],
  nobody_asked: ["未派单", "nobody asked"],
  off_duty: ["不在岗", "off duty"],
  free: ["空闲", "free"],
  on_duty: ["在岗", "on duty"],
  busy: ["执行任务", "on a case"],
  evidence: ["依据", "Evidence"],
  deadlines: ["时限", "Deadlines"],
  timeline: ["处置记录", "Timeline"],
  chain_broken: ["记录校验失败,自第 {} 条起", "The chain of hashes is broken from entry {} on"],
  building: ["楼栋", "Building"],
  user_unit: ["使用单位", "User unit"],
  safety_officer: ["安全管理员", "Safety officer"],
  caller: ["报警人", "Caller"],
  source: ["来源", "Source"],
  claimed_by: ["处理人", "Handled by"],
  claim: ["接手", "Claim"],
  call_back: ["回访", "Call back"],
  close: ["结案", "Close"],
  cause_code: ["原因代码", "Cause code"],
  injured: ["伤 {}", "{} hurt"],
  today: ["今日", "Today"],
  closed_today: ["已结", "Closed"],
  false_alarms_today: ["误报", "False alarms"],
  mean_arrival: ["平均到场", "Mean arrival"],
  lifts_online: ["在线电梯", "Lifts online"],
  live: ["实时", "Live"],
  stale: ["数据已 {} 未更新", "Data is {} old"],
  late: ["超时 {}", "{} late"],

  "status.open": ["待派单", "Open"],
  "status.dispatched": ["已派单", "Dispatched"],
  "status.en_route": ["已出发", "En route"],
  "status.on_scene": ["已到场", "On scene"],
  "status.released": ["已解救", "Released"],
  "status.closed": ["已结案", "Closed"],
  "status.stood_down": ["已撤销", "Stood down"],
  "status.false_alarm": ["误报", "False alarm"],
  "confidence.possible": ["可能", "possible"],
  "confidence.likely": ["很可能", "likely"],
  "confidence.confirmed": ["确认", "confirmed"],
  "assignment.offered": ["待接单", "asked"],
  "assignment.accepted": ["已接单", "accepted"],
  "assignment.en_route": ["已出发", "en route"],
  "assignment.on_scene": ["已到场", "on scene"],
  "assignment.released": ["已解救", "released"],
  "assignment.declined": ["已拒单", "declined"],
  "assignment.overdue": ["未答复", "overdue"],
  "assignment.withdrawn": ["已撤回", "withdrawn"],
  "assignment.cannot_reach": ["无法到达", "cannot reach"],
  "level.1": ["一级", "1"],
  "level.2": ["二级", "2"],
  "level.3": ["三级", "3"],
  "stage.opened": ["报警", "Opened"],
  "stage.dispatched": ["派单", "Dispatched"],
  "stage.accepted": ["接单", "Accepted"],
  "stage.en_route": ["出发", "En route"],
  "stage.on_scene": ["到场", "On scene"],
  "stage.released": ["解救", "Released"],
  "stage.called_back": ["回访", "Called back"],
  "stage.closed": ["结案", "Closed"],
  "deadline.verify_by": ["核实", "verify"],
  "deadline.ask_by": ["再次派单", "ask next"],
  "deadline.accept_by": ["接单", "accept"],
  "deadline.engage_by": ["升级", "engage"],
  "deadline.stay_by": ["被困时限", "stay limit"],
  "deadline.call_back_by": ["回访", "call back"],
  "deadline.close_by": ["结案", "close"],
  "need.child": ["儿童", "child"],
  "need.elderly": ["老人", "elderly"],
  "need.pregnant": ["孕妇", "pregnant"],
  "need.medical": ["疾病", "medical"],
  "need.child_alone": ["独自儿童", "child alone"],
  "need.water": ["进水", "water"],
  "need.fire": ["火情", "fire"],
  "source.iot": ["物联网", "telemetry"],
  "source.phone": ["电话", "phone"],
  "source.qr": ["扫码", "QR page"],
  "source.staff": ["现场人员", "staff"],
  "source.119": ["119 转接", "119"],
  "actor.machine": ["系统", "machine"],
  "actor.operator": ["调度员", "operator"],
  "actor.company": ["单位", "company"],
  "actor.crew": ["救援人员", "crew"],
  "actor.lift": ["电梯", "lift"],
  "actor.caller": ["报警人", "caller"],
};

const LANGUAGES = ["zh", "en"];
const KEPT_AS = "language";

let language = LANGUAGES.indexOf(localStorage.getItem(KEPT_AS) ?? navigator.language.slice(0, 2));
if (language < 0) language = 1;

/** The word in the language chosen; `{}` stands for what is put in. What has no word here is said as it is. */
export function say(word, put = "") {
  return (WORDS[word]?.[language] ?? word.replace(/^\w+\./, "").replaceAll("_", " ")).replace("{}", put);
}

/** Put the words into the page's fixed places. */
export function speak() {
  document.documentElement.lang = LANGUAGES[language];
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-word]")) place.textContent = say(place.dataset.word);
}

/** The other language, from now on and on the next visit. */
export function switchLanguage() {
  language = 1 - language;
  localStorage.setItem(KEPT_AS, LANGUAGES[language]);
}
