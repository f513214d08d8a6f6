// Before the first paint: the theme chosen, or the system's.
const chosen = /(?:^|; )fieldwork_theme=(light|dark)/.exec(document.cookie)?.[1];
const theme = chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
document.documentElement.dataset.theme = theme;
document.documentElement.dataset.bsTheme = theme;
