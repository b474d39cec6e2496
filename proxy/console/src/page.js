/** Elements that the page has, each of the class that its user needs. */

/**
 * The element of the page that has this id.
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind the class of the element
 * @returns {Kind} throws an Error where the page has none of this class
 */
export function byId(id, kind) {
  return find(document, `[id="${id}"]`, kind);
}

/**
 * The first element in `parent` that a selector of CSS names.
 * @template {HTMLElement} Kind
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
