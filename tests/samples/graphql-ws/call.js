import { createClient } from "graphql-ws";
import { NetworkWebSocket } from "networkwebsockets/streams";

const [state, votes] = document.querySelectorAll("#state, #votes");

/** The peers that serve, and who waits for one. */
const servers = new Set();
let found = Promise.withResolvers();

const ws = new NetworkWebSocket("sample-graphql-ws");
ws.onconnect = ({ detail: { target: peer } }) => {
  peer.onmessage = () => {
    servers.add(peer);
    found.resolve();
  };
  peer.onclose = () => servers.delete(peer);
};

/** The client asks for an address before each connection: here it waits until somebody serves. */
async function url() {
  while (!servers.size) {
    found = Promise.withResolvers();
    await found.promise;
  }
  const [{ id }] = servers;
  return id;
}

/** Stands for the class WebSocket: to connect is to dial the peer whose id is the address. */
function Dial(id, protocols) {
  return ws.peers.find((peer) => peer.id === id).dial(protocols);
}
Object.assign(Dial, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });

const client = createClient({
  url,
  webSocketImpl: Dial,
  lazy: false,
  retryAttempts: Infinity,
  // A dial that has failed counts as a fault of the program otherwise.
  shouldRetry: () => true,
  on: {
    connected: () => (state.textContent = "somebody counts"),
    closed: () => (state.textContent = "nobody counts"),
  },
});

client.subscribe(
  { query: "subscription { votes }" },
  {
    next: ({ data }) => (votes.textContent = data.votes),
    error: (error) => (state.textContent = `${error}`),
    complete() {},
  },
);

document.querySelector("button").onclick = () => {
  client.iterate({ query: "mutation { vote }" }).next();
};
