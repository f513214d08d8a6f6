// The content security policy lets no style sheet in that a script writes. Libraries that write one (waveform, drawing,
// marks on text) are given the page's nonce: call permitStyles() before they start.
export const nonce = () => document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";

export function permitStyles() {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const made = create(name, options);
    if (name.toLowerCase() === "style") made.setAttribute("nonce", nonce());
    return made;
  }) as typeof document.createElement;
}
