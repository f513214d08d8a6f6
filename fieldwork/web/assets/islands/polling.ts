// Progress that is polled by htmx: the title of the tab says when it is done.
document.addEventListener("htmx:afterSwap", (event) => {
  const done = (event.target as Element).querySelector<HTMLElement>("[data-finished]");
  if (done && document.hidden) document.title = `✓ ${document.title.replace(/^✓ /, "")}`;
});
