/** In a worker that is a module: the package by its URL, as workers have no import map. */

import { NetworkWebSocket } from "./node_modules/networkwebsockets/dist/networkwebsockets.mjs";
import "./parrot.js";

parrot(NetworkWebSocket);
