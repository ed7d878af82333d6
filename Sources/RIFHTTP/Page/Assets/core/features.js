// What this server can do. A page is asked for only where there is something to show; asking and being refused would
// stand in the console of whoever looks for a fault.

const KEY = `rif.paths ${import.meta.url}`;

async function read() {
  // The address of this file changes with the program, so what is kept is about this very program.
  const isFixed = !import.meta.url.includes("/live/");
  try {
    const kept = isFixed && sessionStorage.getItem(KEY);
    if (kept) return new Set(JSON.parse(kept));
    const document = await (await fetch("/openapi.json")).json();
    const paths = Object.keys(document.paths ?? {});
    if (isFixed) sessionStorage.setItem(KEY, JSON.stringify(paths));
    return new Set(paths);
  } catch {
    known = null;
    return new Set();
  }
}

let known = null;

/** Whether the API has a path such as `/approvals`: a promise. */
export async function has(path) {
  known ??= read();
  return (await known).has(`/api/v1${path}`);
}
