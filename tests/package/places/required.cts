/** A use of the package by `require`, for the compiler alone. */

import sockets = require('networkwebsockets');

export const socket: sockets.NetworkWebSocket = new sockets.NetworkWebSocket('typed');
