/** Whether an MQTT filter (`+` one level, `#` the rest) matches a topic. Topics beginning with `$` match only filters that do too. */
export function filterMatches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') !== filter.startsWith('$')) return false;
  const wanted = filter.split('/');
  const given = topic.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= given.length || (level !== '+' && level !== given[i])) return false;
  }
  return wanted.length === given.length;
}

/** Whether everything that `requested` can match is also matched by `allowed`: what a reader may subscribe to. */
export function filterCovers(allowed: string, requested: string): boolean {
  if (allowed.startsWith('$') !== requested.startsWith('$')) return false;
  const wide = allowed.split('/');
  const narrow = requested.split('/');
  for (const [i, level] of wide.entries()) {
    if (level === '#') return true;
    const asked = narrow[i];
    if (asked === undefined || asked === '#') return false;
    if (level !== '+' && level !== asked) return false;
  }
  return wide.length === narrow.length;
}
