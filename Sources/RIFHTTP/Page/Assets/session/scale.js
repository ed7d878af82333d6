// From time to place, with idle gaps compressed: a night between two steps takes as much room as a long step.

/** The time between two steps that three in four do not exceed; 0 where there are too few to say. */
function usualGap(steps) {
  const sorted = [...steps].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((moment, index) => moment - sorted[index]).filter((gap) => gap > 0).sort((a, b) => a - b);
  return gaps.length > 2 ? gaps[Math.floor((gaps.length - 1) * 0.75)] : 0;
}

/**
 * @param moments milliseconds at which something happened, in any order
 * @param options.steps those among them that tell how long things usually take
 * @returns { toX(t), toTime(x), breaks: [{ start, end, x }], start, end }, x from 0 to 1
 */
export function timeScale(moments, { start, end, compress, steps = moments }) {
  const inside = [...new Set([start, ...moments.filter((moment) => moment > start && moment < end), end])].sort((a, b) => a - b);
  const gaps = [];
  for (let index = 1; index < inside.length; index += 1) gaps.push(inside[index] - inside[index - 1]);
  const whole = inside.at(-1) - inside[0];
  const usual = usualGap(steps.filter((moment) => moment >= start && moment <= end));
  const isLong = (gap) => compress && usual > 0 && gap > usual * 6 && gap > whole * 0.1;
  const short = gaps.filter((gap) => !isLong(gap)).reduce((sum, gap) => sum + gap, 0);
  const knots = [{ t: inside[0], x: 0 }];
  const breaks = [];
  let x = 0;
  gaps.forEach((gap, index) => {
    const size = isLong(gap) ? Math.max(usual * 3, short * 0.15) : gap;
    if (isLong(gap)) breaks.push({ start: inside[index], end: inside[index + 1], x: x + size / 2 });
    x += size;
    knots.push({ t: inside[index + 1], x });
  });
  const total = x || 1;
  for (const knot of knots) knot.x /= total;
  for (const one of breaks) one.x /= total;

  function between(from, to, value) {
    if (value <= knots[0][from]) return knots[0][to];
    let low = 0;
    let high = knots.length - 1;
    if (value >= knots[high][from]) return knots[high][to];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (knots[middle][from] <= value) low = middle; else high = middle;
    }
    const span = knots[high][from] - knots[low][from] || 1;
    return knots[low][to] + ((value - knots[low][from]) / span) * (knots[high][to] - knots[low][to]);
  }
  return { toX: (t) => between("t", "x", t), toTime: (at) => between("x", "t", at), breaks, start: inside[0], end: inside.at(-1) };
}
