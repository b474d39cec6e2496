/** What tests put on the global object of a page. */
import type { Link } from "../../demo/webrtc/link.js";

declare global {
  /** Of conference-meeting.mjs. */
  var inside: typeof import("../../demo/webrtc/conference.js");
  var linkTo: (name: string) => Link | undefined;

  /** Of chatting-files.mjs. */
  var isSlow: boolean;
  var showSaveFilePicker: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;

  /** Of game-pilot.mjs: what it has pressed goes up. */
  var letGo: (() => void) | undefined;

  /** Of single tests. */
  var allow: () => void;
  var most: number;
  var negotiations: number;
  var restart: () => Promise<void>;
  var sent: (kind: string) => MediaStreamTrack;
  var stream: MediaStream | undefined;

  /** Of the benchmarks. */
  var begin: () => void;
  var counted: { messages: number; long: number; longest: number } | undefined;
  var gone: Promise<number>;
  var joined: number;
  var pressed: Promise<number>;
  var shownAfter: number[];
  var watching: Promise<void>;
}
