// What a person chose for this browser: the theme, and how times are written.

function read(key, allowed) {
  try {
    const value = localStorage.getItem(key);
    return allowed.includes(value) ? value : allowed[0];
  } catch {
    return allowed[0];
  }
}

function keep(key, value) {
  try { localStorage.setItem(key, value); } catch { /* not remembered, that is all */ }
}

const THEMES = ["system", "light", "dark"];
const ZONES = ["local", "utc"];
const listeners = new Set();

export const settings = {
  theme: document.documentElement.dataset.theme ?? read("rif.theme", THEMES),
  zone: read("rif.zone", ZONES),

  nextTheme() {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length];
    keep("rif.theme", this.theme);
    tell();
  },

  nextZone() {
    this.zone = ZONES[(ZONES.indexOf(this.zone) + 1) % ZONES.length];
    keep("rif.zone", this.zone);
    tell();
  },

  /** `listener` is called after each change; what comes back takes it away again. */
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function tell() {
  if (settings.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
  for (const listener of [...listeners]) listener();
}

// What is chosen in one tab holds in all.
addEventListener("storage", () => {
  settings.theme = read("rif.theme", THEMES);
  settings.zone = read("rif.zone", ZONES);
  tell();
});
// Whatever is painted by a program and not by CSS must be painted anew.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
