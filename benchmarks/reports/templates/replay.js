"use strict";
// Without this script, each episode is a list that scrolls.
for (const replay of document.querySelectorAll(".replay")) {
  const controls = replay.querySelector(".controls");
  const slider = controls.querySelector("input");
  const told = controls.querySelector("output");
  const mode = controls.querySelector(".mode");
  const columns = [...replay.querySelectorAll(".talk")].map((column) => ({
    column, turns: [...column.querySelectorAll(".said > li")],
  }));
  const show = () => {
    const step = Number(slider.value);
    for (const { column, turns } of columns) {
      const now = Math.min(step, turns.length - 1);
      turns.forEach((turn, number) => turn.classList.toggle("now", number === now));
      column.classList.toggle("over", step > now);
    }
    told.value = `step ${step} of ${slider.max}`;
  };
  const move = (by) => { slider.value = Number(slider.value) + by; show(); };
  slider.addEventListener("input", show);
  controls.querySelector(".back").addEventListener("click", () => move(-1));
  controls.querySelector(".on").addEventListener("click", () => move(1));
  mode.addEventListener("click", () => {
    mode.textContent = replay.classList.toggle("stepping") ? "all steps" : "one step";
  });
  replay.classList.add("stepping");
  controls.hidden = false;
  show();
}
