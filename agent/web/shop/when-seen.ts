/** Share of the element that must be on the screen. */
const SEEN_SHARE = 0.6;

/**
 * Calls back once, when most of the element is on the screen of a page that is in front: an offer in a tab at the back was not shown.
 * The returned function stops watching.
 */
export function whenSeen(element: Element, act: () => void): () => void {
  let isOnScreen = false;
  const check = () => {
    if (!isOnScreen || document.visibilityState !== 'visible') return;
    stop();
    act();
  };
  const observer = new IntersectionObserver(
    (entries) => {
      // Not `isIntersecting`: browsers differ on whether that heeds the threshold.
      isOnScreen = (entries.at(-1)?.intersectionRatio ?? 0) >= SEEN_SHARE;
      check();
    },
    { threshold: SEEN_SHARE },
  );
  const stop = () => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', check);
  };
  observer.observe(element);
  document.addEventListener('visibilitychange', check);
  return stop;
}
