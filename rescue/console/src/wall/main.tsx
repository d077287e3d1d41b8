import "./wall.css";
import { render } from "preact";
import { App } from "./App";
import { reloadAfterErrors } from "./reloading";
import { begin } from "./state";

reloadAfterErrors();
render(<App />, document.body);
void begin();
