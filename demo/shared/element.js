/**
 * Elements made by properties: what a peer has said is never read as HTML. And those that the page
 * has already.
 */

/** @typedef {keyof HTMLElementTagNameMap} Tag */

/**
 * Properties of the element; `dataset` takes an object, `aria…` and `role` are its own. TypeScript
 * does not know all that
 * `autocomplete` may be.
 * @template {Tag} Name
 * @typedef {Partial<Omit<HTMLElementTagNameMap[Name], "dataset" | "autocomplete">> &
 *   {dataset?: Record<string, string>, autocomplete?: string}} Properties
 */

/**
 * @template {Tag} Name
 * @param {Name} tag
 * @param {Properties<Name>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(tag, { dataset = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/**
 * The first element in `parent` that a selector of CSS names.
 * @template {Element} Kind
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => Kind} kind the class of the element
 * @returns {Kind} throws an Error where there is none of this class
 */
export function find(parent, selector, kind) {
  const found = parent.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`There is no ${kind.name} “${selector}”.`);
}

/**
 * The element of the page that has this id.
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind the class of the element
 * @returns {Kind} throws an Error where the page has none of this class
 */
export function byId(id, kind) {
  /** @type {Element | null} */
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} with the id “${id}”.`);
}
