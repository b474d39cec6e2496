/** A wait that can be called off. */
export class Wait {
  #waiting: AbortController | undefined;

  /**
   * Calls `then` after so many milliseconds; if the wait is `hopeful`, also as soon as the network is back or somebody looks
   * at the page. A wait that was begun before is called off.
   */
  start(milliseconds: number, hopeful: boolean, then: () => void): void {
    this.cancel();
    const { signal } = (this.#waiting = new AbortController());
    const wake = () => {
      this.cancel();
      then();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.onabort = () => clearTimeout(timer);
    if (hopeful) {
      globalThis.addEventListener?.("online", wake, { signal });
      globalThis.document?.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
    }
  }

  cancel(): void {
    this.#waiting?.abort();
  }
}
