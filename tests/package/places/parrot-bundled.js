/** In a worker that a bundler makes: the package by its name. */

import { NetworkWebSocket } from 'networkwebsockets';
import './parrot.js';

parrot(NetworkWebSocket);
