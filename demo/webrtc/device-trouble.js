/** What to tell a person when the browser does not hand out a microphone, a camera or the screen. */

const NAMES = { audio: "microphone", video: "camera", both: "camera or microphone", screen: "screen" };

/** Of a page that came by http from another machine: it is not given any device at all. */
export const INSECURE =
  "This page did not come from this machine, nor by https, so the browser gives it no camera and no microphone. " +
  "Open it at http://localhost:9009/demo/webrtc/ instead, or join with nothing.";

/**
 * @param {{name: string, message: string}} error of `getUserMedia` or `getDisplayMedia`
 * @param {'audio' | 'video' | 'both' | 'screen'} wanted
 * @returns {string} a sentence that says what is wrong, and one that says what to do
 */
export function explain(error, wanted) {
  const device = NAMES[wanted];
  if (wanted === "screen") return explainScreen(error);
  switch (error.name) {
    case "NotFoundError":
      return wanted === "both"
        ? "There is not both a camera and a microphone. Plug in what is missing, or join with sound only or with nothing."
        : `No ${device} was found. Plug one in, or go on without.`;
    case "NotAllowedError":
      return /system/i.test(error.message)
        ? `The system does not let the browser use the ${device}. Allow it in the privacy settings of the system, then try again.`
        : `The browser was not allowed to use the ${device}. Allow it in the settings of this site, next to the address, then try again; or go on without.`;
    case "NotReadableError":
    case "AbortError":
      return `The ${device} could not be started: another program may be using it. Close that program, or join with nothing and pick another device under Devices.`;
    case "OverconstrainedError":
      return `The ${device} that was chosen is not there, or cannot do what was chosen. Choose another one under Devices.`;
    case "SecurityError":
      return `The browser's settings forbid this page the ${device}. Allow it there, or go on without.`;
    default:
      return `The ${device} could not be started: ${error.message}. Try again, or go on without.`;
  }
}

/** @param {{name: string, message: string}} error */
function explainScreen({ name, message }) {
  if (name === "NotAllowedError" && /system/i.test(message)) {
    return "The system does not let the browser record the screen. Allow it in the privacy settings of the system, then try again.";
  }
  if (name === "NotAllowedError")
    return "Nothing is shared: the choice was cancelled, or the browser forbids it. Press “Share screen” to choose again.";
  if (name === "NotFoundError") return "The browser found nothing that could be shared. Open a window first.";
  if (name === "InvalidStateError")
    return "The browser shares a screen only while this page is in front. Press “Share screen” again.";
  return `The screen could not be shared: ${message}. Another program may hold it: try again, or choose a single window.`;
}
