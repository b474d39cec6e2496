/** In a worker that a bundler makes: the package by its name. The address comes as a message, as bundlers choose the URL. */

import { NetworkWebSocket } from "networkwebsockets";
import "./parrot.js";

globalThis.onmessage = ({ data }) => globalThis.parrot(NetworkWebSocket, data);
