// The page of a link: quotations are narrowed while one types
document.querySelectorAll<HTMLInputElement>("[data-filter]").forEach((field) => {
  const all = [...document.querySelectorAll<HTMLElement>(`${field.dataset.filter} [data-text]`)];
  const told = document.querySelector<HTMLElement>("[data-filtered]")!;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of all) {
      one.hidden = !words.every((word) => one.dataset.text!.includes(word));
      count += one.hidden ? 0 : 1;
    }
    for (const shelf of document.querySelectorAll<HTMLDetailsElement>(`${field.dataset.filter} details`)) {
      const found = !!shelf.querySelector("[data-text]:not([hidden])");
      shelf.hidden = words.length > 0 && !found;
      if (words.length) shelf.open = found;
    }
    told.textContent = told.dataset.filtered!.replace("{count}", String(count));
  });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); }); // looking for words is not sending
});
document.querySelectorAll<HTMLFormElement>("form[data-resend]").forEach((form) => form.addEventListener("change", () => form.requestSubmit()));

export {};
