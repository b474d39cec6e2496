/**
 * The token of the proxy's start: how the page gets it, and what it asks for with it. It is kept in this tab, and is in
 * no URL.
 */

const KEPT = "networkwebsockets-token";

/** @typedef {"none" | "held" | "refused" | "old-code"} Standing */

export class Session {
  /** @type {Standing} */
  standing = "none";
  /** @type {string | null} */
  #token = sessionStorage.getItem(KEPT) || null;

  constructor() {
    if (this.#token) this.standing = "held";
  }

  /** @returns {string | null} */
  get token() {
    return this.#token;
  }

  /** Exchanges the code that the address has, if it has one, and clears the address first. */
  async redeem() {
    const code = /^#code=(.*)$/.exec(location.hash)?.[1];
    if (code === undefined) return false;
    history.replaceState(null, "", location.pathname);
    const answer = await post("sessions", { code }, null);
    if (typeof answer.token === "string") this.#keep(answer.token);
    else if (this.#token === null) this.standing = "old-code";
    return true;
  }

  /** The proxy does not know the token: it has started anew. */
  forget() {
    this.#token = null;
    this.standing = "refused";
    sessionStorage.removeItem(KEPT);
  }

  /**
   * Dials a candidate now.
   * @param {string} id
   * @returns {Promise<string | null>} why not
   */
  dial(id) {
    return this.#act("dial", id);
  }

  /**
   * Closes the connection of a client.
   * @param {string} id
   * @returns {Promise<string | null>} why not
   */
  disconnect(id) {
    return this.#act("disconnect", id);
  }

  /**
   * All that a list of the API has.
   * @param {string} path
   * @returns {Promise<{total: number, rows: unknown[]} | null>} null where there was no answer
   */
  async list(path) {
    try {
      const answer = await fetch(`/api/v1/${path}`, { cache: "no-store", headers: bearing(this.#token) });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  /**
   * @param {string} action
   * @param {string} id
   */
  async #act(action, id) {
    const { done, error } = await post(action, { id }, this.#token);
    return done === true ? null : (error ?? "the proxy gave no answer");
  }

  /** @param {string} token */
  #keep(token) {
    this.#token = token;
    this.standing = "held";
    sessionStorage.setItem(KEPT, token);
  }
}

/**
 * @param {string} path
 * @param {object} body
 * @param {string | null} token
 * @returns {Promise<{token?: unknown, done?: unknown, error?: string}>}
 */
async function post(path, body, token) {
  const headers = { "Content-Type": "application/json", ...bearing(token) };
  try {
    const answer = await fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return await answer.json();
  } catch {
    return { error: "the proxy does not answer" };
  }
}

/**
 * @param {string | null} token
 * @returns {Record<string, string>}
 */
function bearing(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}
