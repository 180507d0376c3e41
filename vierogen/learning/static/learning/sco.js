/* The lesson as a learning system runs it: SCORM 1.2, Run-Time Environment, sections 3.3 (finding the API) and 3.4
   (the data model). Without a learning system it works too, and keeps nothing. */
(function () {
  "use strict";

  function findIn(frame) {
    for (let tries = 0; frame && tries < 8; tries += 1) {
      try {
        if (frame.API) { return frame.API; }
      } catch (error) { return null; } // another site's frame: not ours to ask
      if (frame.parent === frame) { return null; }
      frame = frame.parent;
    }
    return null;
  }

  const api = findIn(window) || (window.opener ? findIn(window.opener) : null);
  const began = Date.now();
  let ended = false;

  function say(name, value) { if (api) { api.LMSSetValue(name, value); } }

  function lasted() {
    const seconds = Math.round((Date.now() - began) / 1000);
    const two = (number) => String(number).padStart(2, "0");
    return String(Math.floor(seconds / 3600)).padStart(4, "0") + ":" + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
  }

  function end() {
    if (ended || !api) { return; }
    ended = true;
    say("cmi.core.session_time", lasted());
    api.LMSCommit("");
    api.LMSFinish("");
  }

  if (api) {
    api.LMSInitialize("");
    const before = api.LMSGetValue("cmi.core.lesson_status");
    if (before !== "passed" && before !== "completed") { say("cmi.core.lesson_status", "incomplete"); }
  }
  window.addEventListener("pagehide", end);

  const form = document.querySelector("form");
  const questions = Array.from(form.querySelectorAll("fieldset"));
  const rights = JSON.parse(form.dataset.rights);

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    let good = 0;
    questions.forEach(function (question, place) {
      const chosen = question.querySelector("input:checked");
      const isRight = chosen !== null && Number(chosen.value) === rights[place];
      good += isRight ? 1 : 0;
      question.querySelectorAll("[data-tell]").forEach(function (tell) {
        tell.hidden = chosen === null || tell.dataset.tell !== chosen.value;
      });
      question.querySelector("[data-none]").hidden = chosen !== null;
    });
    const passed = good === questions.length;
    say("cmi.core.score.min", "0");
    say("cmi.core.score.max", "100");
    say("cmi.core.score.raw", String(Math.round((good / questions.length) * 100)));
    if (passed) { say("cmi.core.lesson_status", "passed"); }
    if (api) { api.LMSCommit(""); }
    form.querySelector("[data-passed]").hidden = !passed;
    form.querySelector("[data-again]").hidden = passed;
  });
}());
