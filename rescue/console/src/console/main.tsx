import "./styles/base.css";
import "./styles/frame.css";
import "./styles/queue.css";
import "./styles/case.css";
import { render } from "preact";
import { App } from "./App";
import { followChosen } from "./case/detail";
import { followHeld } from "./case/holding";
import { keepOrder } from "./queue/keep_order";
import { startAlarms } from "./sound/alarms";
import { begin } from "./state/centre";
import { askWho } from "./state/session";

begin();
followChosen();
followHeld();
keepOrder();
startAlarms();
render(<App />, document.body);
// Until the service answers at all there is nothing to show but the door.
const ASK_AGAIN_MS = 1000;
async function meet(): Promise<void> {
  await askWho().catch(() => setTimeout(meet, ASK_AGAIN_MS));
}
void meet();
