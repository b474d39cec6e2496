/** Why streams fail, in a word for programs and a sentence for people. */
const FAILURES = {
  "not-supported": "The peer has no streams: it is a raw peer, or it is older.",
  refused: "The peer has refused.",
  "peer-gone": "The peer has left.",
  limit: "There are too many streams, or too many dials wait.",
  "version-mismatch": "The proxy has no streams: update it.",
  rejected: "The peer, or this page, has broken the rules of streams.",
  "bad-frame": "The proxy does not take a frame.",
  unknown: "The stream has ended.",
};

export type Failure = keyof typeof FAILURES;

export function sentenceOf(failure: Failure): string {
  return FAILURES[failure];
}

/** The reason for a code of the proxy, or for an error of the peer. */
export function reasonOf(code: unknown): Failure {
  switch (code) {
    case "not-supported":
    case "limit":
    case "version-mismatch":
    case "bad-frame":
      return code;
    case "unknown-target":
      return "peer-gone";
    case "not-admitted":
      return "limit";
    default:
      return "refused";
  }
}
