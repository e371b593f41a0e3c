// Hints that something changed, and the knowledge whether they still come.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10000;

/** Listens for `as`. `hint(change)` for each; `again()` after every connect, for what was missed; `state(up)`. */
export function listen(as, { hint, again, state }) {
  let wait = FIRST_WAIT_MS;
  let source = null;
  const connect = () => {
    source = new EventSource(`/ui/stream?as=${encodeURIComponent(as)}`);
    source.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      state(true);
      again();
    });
    source.addEventListener("change", (event) => {
      try {
        hint(JSON.parse(event.data));
      } catch {
        again();
      }
    });
    // EventSource tries again by itself only after some errors; here it always does, more and more slowly.
    source.addEventListener("error", () => {
      source.close();
      state(false);
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  connect();
  window.addEventListener("pagehide", () => source.close());
}

/** `read`, never twice at once: calls while it runs make one more run. The wait gathers a burst of hints. */
export function gathered(read, waitMs = 40) {
  let running = false;
  let wanted = false;
  let timer = 0;
  async function run() {
    if (running) {
      wanted = true;
      return;
    }
    running = true;
    try {
      await read();
    } finally {
      running = false;
      if (wanted) {
        wanted = false;
        run();
      }
    }
  }
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, waitMs);
  };
}
