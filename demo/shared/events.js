/** Events whose details have types: an `EventTarget` of which a checker knows what each event carries. */

/**
 * `Details` names the types of the events, and what each carries as its `detail`.
 * @template {object} Details
 * @typedef {{
 *   addEventListener<Type extends keyof Details & string>(
 *     type: Type,
 *     listener: (event: CustomEvent<Details[Type]>) => void,
 *     options?: AddEventListenerOptions,
 *   ): void,
 *   removeEventListener<Type extends keyof Details & string>(
 *     type: Type,
 *     listener: (event: CustomEvent<Details[Type]>) => void,
 *   ): void,
 *   dispatchEvent(event: Event): boolean,
 * }} Emitter
 */

export const Emitter = /** @type {new <Details extends object>() => Emitter<Details>} */ (EventTarget);
