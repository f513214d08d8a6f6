// Which places of a replacement are chosen: how many, and all or none at once.
const form = document.querySelector<HTMLFormElement>("#places");
const boxes = () => [...form!.querySelectorAll<HTMLInputElement>('input[name="place"]')];

function count() {
  const chosen = boxes().filter((one) => one.checked).length;
  form!.querySelector("[data-chosen]")!.textContent = String(chosen);
  form!.querySelector<HTMLButtonElement>('button[type="submit"]')!.disabled = !chosen;
}

form?.addEventListener("change", count);
form?.addEventListener("click", (event) => {
  const all = (event.target as HTMLElement).closest<HTMLElement>("[data-all]");
  if (!all) return;
  boxes().forEach((one) => (one.checked = all.dataset.all === "yes"));
  count();
});
if (form) count();
