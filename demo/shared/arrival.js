/** How somebody came to a page. */

/**
 * Whether the person has chosen what the address names: it was reloaded, or a page of this site links to it. A link from elsewhere
 * only suggests a channel, as whoever joins tells the others there a name. Going back does not count: a stranger can cause that.
 */
export function isOwnChoice() {
  const [navigation] = performance.getEntriesByType("navigation");
  if (navigation instanceof PerformanceNavigationTiming && navigation.type === "reload") return true;
  return document.referrer !== "" && new URL(document.referrer).origin === location.origin;
}
