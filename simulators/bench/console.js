// Put into the console's page before its own scripts: hears the socket first, and notes when what it said was seen.
// "Seen" is the first moment after the frame in which the page has drawn it.

(() => {
  const bench = { paints: [], rows: [], waiting: new Map(), records: 0 };
  window.bench = bench;

  function afterFrame(then) {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = then;
      channel.port2.postMessage(0);
    });
  }

  function hearFrame(frame, at) {
    const records = new DataView(frame).getUint32(4, true);
    bench.records += records;
    if (records) afterFrame(() => bench.paints.push(performance.now() - at));
  }

  function hearText(text, at) {
    for (const line of text.split("\n")) {
      const said = line ? JSON.parse(line) : {};
      const opened = said.type === "event" ? said.incidents ?? [] : [];
      for (const { id } of opened) {
        if (!bench.waiting.has(id)) {
          bench.waiting.set(id, at);
          lookFor(id, at);
        }
      }
    }
  }

  function lookFor(id, at) {
    afterFrame(() => {
      const row = document.querySelector(`.queue [data-case="${CSS.escape(id)}"]`);
      if (row) bench.rows.push(performance.now() - at);
      else if (performance.now() - at < 10_000) lookFor(id, at);
    });
  }

  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", ({ data, timeStamp }) => {
        if (typeof data === "string") hearText(data, timeStamp);
        else hearFrame(data, timeStamp);
      });
    }
  };

  /** Drag the map round in circles for so long; how long each frame took. */
  bench.pan = (forMs) =>
    new Promise((done) => {
      const map = document.querySelector(".city-map-host");
      const { left, top, width, height } = map.getBoundingClientRect();
      const say = (kind, target, angle) =>
        target.dispatchEvent(
          new MouseEvent(kind, {
            bubbles: true,
            cancelable: true,
            button: 0,
            buttons: 1,
            clientX: left + width / 2 + Math.cos(angle) * width * 0.3,
            clientY: top + height / 2 + Math.sin(angle) * height * 0.3,
          }),
        );
      const began = performance.now();
      const frames = [];
      let last = 0;
      say("mousedown", map, 0);
      const step = (now) => {
        if (last) frames.push(now - last);
        last = now;
        say("mousemove", document, (now - began) / 700);
        if (now - began < forMs) requestAnimationFrame(step);
        else {
          say("mouseup", document, 0);
          done(frames);
        }
      };
      requestAnimationFrame(step);
    });
})();
