/** Elements made by properties: what a peer has said is never read as HTML. */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] of the element; `dataset` takes an object, `aria…` and `role` are its own
 * @param {...(Node | string)} children
 */
export function element(tag, { dataset = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}
