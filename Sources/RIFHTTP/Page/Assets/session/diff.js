// What a step made of the context.

export const SIGNS = { added: "+", removed: "−", changed: "~" };

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** [{ path: ["a", "b"], kind: "added" | "removed" | "changed", before, after }], in the order of the keys. */
export function diff(before, after, path = [], found = []) {
  if (isObject(before) && isObject(after)) {
    for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) found.push({ path: [...path, key], kind: "removed", before: before[key] });
    for (const key of Object.keys(after)) {
      if (!Object.hasOwn(before, key)) found.push({ path: [...path, key], kind: "added", after: after[key] });
      else diff(before[key], after[key], [...path, key], found);
    }
  } else if (before !== after && JSON.stringify(before) !== JSON.stringify(after)) {
    found.push({ path, kind: "changed", before, after });
  }
  return found;
}

/** A value on one line, cut where it is long. */
export function preview(value, length = 80) {
  if (value === undefined) return "";
  const text = JSON.stringify(value) ?? "";
  const spaced = text.length > 400 ? text : text.replace(/":(?=\S)/g, '": ').replace(/,(?=["{[])/g, ", ");
  return spaced.length > length ? `${spaced.slice(0, length)}…` : spaced;
}
