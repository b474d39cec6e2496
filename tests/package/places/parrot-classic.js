/* In a classic worker: the script-tag build. */

importScripts("node_modules/networkwebsockets/dist/networkwebsockets.js", "parrot.js");
parrot(NetworkWebSocket);
