// A file that takes long says how far it is, and can be canceled; it is saved whole or not at all. Without this file,
// the browser downloads it as any other.
const SLOW_MS = 300; // Nothing shows before this.
const TELL_MS = 100;
const JOIN_BYTES = 16 * 1024 * 1024; // What has come is handed to the browser in pieces of this size, out of memory.
const GONE_MS = 6_000;

// Rows that end in these bytes; a line break within quotation marks ends none.
function counter() {
  let [rows, isQuoted] = [-1, false]; // The first line is the header.
  return {
    read(bytes) {
      for (const byte of bytes) {
        if (byte === 34) {
          isQuoted = !isQuoted;
        } else if (byte === 10 && !isQuoted) {
          rows += 1;
        }
      }
    },
    rows: () => Math.max(rows, 0),
  };
}

function panelOf(total, onCancel) {
  const panel = document.getElementById("save-words").content.firstElementChild.cloneNode(true);
  const [bar, said, button] = [panel.querySelector("progress"), panel.querySelector("span"), panel.querySelector("button")];
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const words = (name, rows) => said.dataset[name].replace("%", number.format(rows)).replace("#", number.format(total));
  button.addEventListener("click", onCancel);
  if (total > 0) {
    bar.max = total;
  }
  return {
    show: () => document.body.append(panel),
    tell(rows) {
      said.textContent = words(total > 0 ? "countedOf" : "counted", rows);
      if (total > 0) {
        bar.value = Math.min(rows, total);
      }
    },
    end(name, rows) {
      // What went well before anyone could see it needs no words.
      if (!panel.isConnected && name === "done") {
        return;
      }
      said.textContent = words(name, rows);
      bar.remove();
      button.remove();
      document.body.append(panel);
      const live = document.getElementById("said");
      if (live) {
        live.textContent = said.textContent;
      }
      setTimeout(() => panel.remove(), GONE_MS);
    },
  };
}

async function collect(body, count, tell) {
  let [file, parts, size, told] = [new Blob(), [], 0, 0];
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) {
      return new Blob([file, ...parts], { type: "text/csv" });
    }
    count.read(value);
    parts.push(value);
    size += value.length;
    if (size > JOIN_BYTES) {
      [file, parts, size] = [new Blob([file, ...parts]), [], 0];
    }
    if (performance.now() - told > TELL_MS) {
      told = performance.now();
      tell(count.rows());
    }
  }
}

function download(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "orders.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function save(url, options, total) {
  const [stop, count] = [new AbortController(), counter()];
  const panel = panelOf(total, () => stop.abort());
  const slow = setTimeout(panel.show, SLOW_MS);
  panel.tell(0);
  try {
    const answer = await fetch(url, { ...options, signal: stop.signal });
    if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/csv")) {
      throw new TypeError("not a file");
    }
    download(await collect(answer.body, count, panel.tell));
    panel.end("done", count.rows());
  } catch {
    panel.end(stop.signal.aborted ? "canceled" : "failed", 0);
  } finally {
    clearTimeout(slow);
  }
}

const running = new Set();
document.addEventListener("click", (event) => {
  const from = event.target.closest?.("[data-save]");
  if (!from || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
    return;
  }
  event.preventDefault();
  const { form } = from;
  const url = from.href ?? form.action;
  if (running.has(url)) {
    return; // One at a time, however often it is pressed.
  }
  const body = form && new URLSearchParams(new FormData(form, from));
  running.add(url);
  const chosen = form?.querySelectorAll("tbody .box input:checked").length;
  save(url, form ? { method: "post", body } : {}, chosen ?? Number(from.dataset.total ?? 0)).finally(() => running.delete(url));
});
