import { buildSchema } from "graphql";
import { makeServer } from "graphql-ws";
import { NetworkWebSocket } from "networkwebsockets/streams";

const PROTOCOL = "graphql-transport-ws";

let votes = 0;
let next = Promise.withResolvers();

const schema = buildSchema(`
  type Query { votes: Int! }
  type Mutation { vote: Int! }
  type Subscription { votes: Int! }
`);

const roots = {
  query: { votes: () => votes },
  mutation: {
    vote() {
      votes += 1;
      document.querySelector("#votes").textContent = votes;
      next.resolve();
      next = Promise.withResolvers();
      return votes;
    },
  },
  subscription: {
    async *votes() {
      for (;;) {
        const { promise } = next;
        yield { votes };
        await promise;
      }
    },
  },
};

const server = makeServer({ schema, roots });

const ws = new NetworkWebSocket("sample-graphql-ws");
ws.ondial = (event) => {
  if (event.protocols.includes(PROTOCOL)) serve(event.accept(PROTOCOL));
};

/** All peers learn who serves. */
ws.onconnect = ({ detail: { target: peer } }) => {
  peer.onopen = () => peer.send(PROTOCOL);
};

function serve(socket) {
  const closed = server.opened({
    protocol: socket.protocol,
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    onMessage: (hear) => {
      socket.onmessage = ({ data }) => hear(data);
    },
  });
  socket.onclose = ({ code, reason }) => closed(code, reason);
}
