// What this server can do. Something is asked for only where there is an answer: being refused would stand in the console
// of whoever looks for a fault there.

const KEY = `rif.paths ${import.meta.url}`;
// The address of this file changes with the program, so what is kept is about this very program.
const isFixed = !import.meta.url.includes("/live/");
const plain = (path) => path.replace(/\{[^}]*\}/g, "{}");
let known = null;

async function read() {
  try {
    const kept = isFixed && sessionStorage.getItem(KEY);
    if (kept) return new Set(JSON.parse(kept));
    const { paths } = await (await fetch("/openapi.json")).json();
    const all = Object.keys(paths).map(plain);
    if (isFixed) sessionStorage.setItem(KEY, JSON.stringify(all));
    return new Set(all);
  } catch {
    known = null;
    return new Set();
  }
}

/** Whether the API has a path such as `/sessions/{id}/run`: a promise. */
export async function has(path) {
  known ??= read();
  return (await known).has(plain(`/api/v1${path}`));
}
