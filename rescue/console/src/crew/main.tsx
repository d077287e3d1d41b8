import "./crew.css";
import { render } from "preact";
import "../shared/theme";
import { App } from "./App";
import { followDuty } from "./position";
import { armRinging } from "./ringing";
import { begin } from "./state";

render(<App />, document.body);
armRinging();
followDuty();
void begin();
// Without it the page works as long as there is a network.
navigator.serviceWorker?.register("/crew-worker.js", { scope: "/crew" }).catch(() => undefined);
