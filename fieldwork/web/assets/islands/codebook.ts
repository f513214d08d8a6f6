// The codebook by keyboard: arrows from code to code, E edits the one in focus, Escape closes what is being edited.
const names = () => [...document.querySelectorAll<HTMLElement>("#codes .cb__c")];

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const line = target.closest<HTMLElement>("#codes li");
  if (event.code === "Escape" && line) line.querySelector<HTMLElement>(".ce__done")?.click();
  if (target.closest("input, textarea, select, dialog, details, audio")) return;
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    const all = names();
    const at = all.findIndex((one) => line?.contains(one));
    const next = all[event.code === "ArrowDown" ? at + 1 : Math.max(at - 1, 0)];
    if (!next || (at < 0 && event.code === "ArrowUp")) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "center" });
  } else if (event.code === "KeyE" && line) {
    event.preventDefault();
    line.querySelector<HTMLElement>(".cb__ed")?.click();
  }
});

// what is opened for editing takes the focus, what is closed gives it back to its line
document.addEventListener("htmx:afterSwap", (event) => {
  const line = event.target as HTMLElement;
  if (line.matches("#codes li")) (line.querySelector<HTMLElement>(".ce input[name=name]") ?? line.querySelector<HTMLElement>(".cb__c"))?.focus();
});

export {};
