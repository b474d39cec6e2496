/** The entry of a project for a bundler: two sockets talk. */

import * as sockets from "networkwebsockets";

import { proxy } from "./address.js";
import { converse } from "./conversation.js";

globalThis.heard = converse(sockets, proxy);
