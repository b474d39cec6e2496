import { createBirpc } from "birpc";
import { NetworkWebSocket } from "networkwebsockets/streams";

const lamp = document.querySelector("#lamp");
const button = document.querySelector("button");

/** What the lamp may call. */
const functions = {
  changed(isOn) {
    lamp.textContent = isOn ? "on" : "off";
  },
};

const ws = new NetworkWebSocket("sample-birpc");
ws.onconnect = ({ detail: { target: peer } }) => {
  const socket = peer.dial("lamp.birpc");
  // Of all peers that are dialled, only pages that serve accept.
  socket.onopen = () => use(socket);
};

async function use(socket) {
  const remote = createBirpc(functions, {
    post: (data) => socket.send(data),
    on: (hear) => socket.addEventListener("message", ({ data }) => hear(data)),
    serialize: JSON.stringify,
    deserialize: JSON.parse,
    timeout: 5000,
  });
  socket.onclose = () => {
    remote.$close(new Error("the lamp has left"));
    lamp.textContent = "the lamp has left";
    button.disabled = true;
  };
  button.onclick = () => remote.toggle.asEvent();
  functions.changed(await remote.state());
  button.disabled = false;
}
