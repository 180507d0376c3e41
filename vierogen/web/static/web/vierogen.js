/* Vierogen's one small script. Everything works without it; it makes pages live.
   It reads data attributes only, listens on the document (so swapped parts work too) and never uses eval. */
(() => {
  "use strict";

  const language = document.documentElement.lang || "en";
  const say = (words, state = "look") => {
    const place = document.getElementById("messages");
    if (!place || !words || [...place.children].some((note) => note.textContent.trim() === words)) return;
    const note = document.createElement("div");
    note.className = "box-note";
    note.dataset.state = state;
    const sentence = document.createElement("p");
    sentence.textContent = words;
    note.append(sentence);
    place.append(note);
  };

  /* ---- Times that move: <… data-countdown="ISO time" data-after="words">, <time data-ago datetime="…">,
     <… data-since="ISO time" data-units="h min s"> ---- */
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const since = (seconds) => {
    if (seconds < 60) return ago.format(-seconds, "second");
    if (seconds < 3600) return ago.format(-Math.floor(seconds / 60), "minute");
    if (seconds < 86400) return ago.format(-Math.floor(seconds / 3600), "hour");
    return ago.format(-Math.floor(seconds / 86400), "day");
  };
  const lasting = (seconds, [h, min, s]) =>
    seconds >= 3600
      ? `${Math.floor(seconds / 3600)} ${h} ${Math.floor((seconds % 3600) / 60)} ${min}`
      : `${Math.floor(seconds / 60)} ${min} ${seconds % 60} ${s}`;
  // The server's clock counts, not the telephone's: base.html gives the time at which the page was made.
  const made = Date.parse(document.body.dataset.now || "");
  const behind = Number.isNaN(made) ? 0 : made - Date.now();
  const now = () => Date.now() + behind;
  const write = (element, words) => {
    if (element.textContent !== words) element.textContent = words;
  };
  const tick = () => {
    for (const element of document.querySelectorAll("[data-countdown]")) {
      const left = Math.ceil((Date.parse(element.dataset.countdown) - now()) / 1000);
      if (left > 0) {
        write(element, clock(left));
      } else if (!element.dataset.done) {
        element.dataset.done = "true";
        write(element, element.dataset.after || clock(0));
        element.dispatchEvent(new CustomEvent("countdown-done", { bubbles: true }));
      }
    }
    for (const element of document.querySelectorAll("time[data-ago]")) {
      write(element, since(Math.max(0, Math.floor((now() - Date.parse(element.dateTime)) / 1000))));
    }
    for (const element of document.querySelectorAll("[data-since]")) {
      const past = Math.max(0, Math.floor((now() - Date.parse(element.dataset.since)) / 1000));
      write(element, lasting(past, element.dataset.units.split(" ")));
    }
  };
  setInterval(tick, 1000);
  tick();

  /* ---- Dialogs and menus ---- */
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.closest("dialog [data-close]")) event.target.closest("dialog").close();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  // What is wrong in a form gets the focus, so that it is read first.
  document.querySelector("[data-focus]")?.focus();

  /* ---- Leaving a form with changes: <form data-warn-unsaved> ---- */
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-warn-unsaved")) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    changed.delete(event.target);
  });
  const unsaved = () => [...changed].some((form) => form.isConnected);
  window.addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });

  /* ---- htmx: a redirect means another page (saved, or logged out); an unreachable server is said ---- */
  document.addEventListener("htmx:before:response", (event) => {
    const { raw } = event.detail.ctx.response;
    if (!raw.redirected) return;
    event.preventDefault();
    if (unsaved()) {
      say(document.body.dataset.loggedOut, "stop");
    } else if (event.detail.ctx.request.method === "GET") {
      location.reload();
    } else {
      location.assign(raw.url);
    }
  });
  // No answer, or an error instead of one: what stands here may be old, until a good answer comes.
  const unreachable = () => say(document.body.dataset.unreachable);
  const reachable = () => {
    for (const note of document.querySelectorAll("#messages > .box-note")) {
      if (note.textContent.trim() === document.body.dataset.unreachable) note.remove();
    }
  };
  document.addEventListener("htmx:error", unreachable);
  document.addEventListener("htmx:after:request", (event) => {
    const { request, response } = event.detail.ctx;
    if (response.status < 400) reachable();
    else if (request.method === "GET") unreachable();
  });
  document.addEventListener("htmx:after:swap", tick);

  /* ---- A second click does not send twice ---- */
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button) return;
    // After this tick, so that the button's own name and value are still sent.
    setTimeout(() => {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    });
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll('button[aria-busy="true"]')) {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });

  /* ---- Web push: <button data-push-key="…" data-push-url="…" data-push-worker="/push-worker.js"> ---- */
  const bytes = (text) => {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
    return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
  };
  const subscribe = async (button) => {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
    const worker = await navigator.serviceWorker.register(button.dataset.pushWorker);
    await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(button.dataset.pushKey),
    });
    const answer = await fetch(button.dataset.pushUrl, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrftoken": button.dataset.pushToken },
      body: JSON.stringify(subscription),
    });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  };
  for (const button of document.querySelectorAll("[data-push-key]")) {
    // Without support (or without HTTPS) the button stays hidden; mail still comes.
    button.hidden = !("serviceWorker" in navigator && "PushManager" in window);
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await subscribe(button);
        say(button.dataset.done, "ok");
      } catch {
        say(button.dataset.failed);
      }
      button.disabled = false;
    });
  }

  /* ---- Copying: <button data-copy="id of a field" data-done="words" hidden> ---- */
  for (const button of document.querySelectorAll("[data-copy]")) {
    // Without HTTPS there is no clipboard; the field can still be selected.
    button.hidden = !navigator.clipboard;
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const field = button && document.getElementById(button.dataset.copy);
    if (!field) return;
    field.select();
    await navigator.clipboard.writeText(field.value);
    say(button.dataset.done, "ok");
  });
})();
