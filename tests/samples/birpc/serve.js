import { createBirpc } from "birpc";
import { NetworkWebSocket } from "networkwebsockets/streams";

let isOn = false;
const remotes = new Set();

/** What callers may call. */
const functions = {
  state: () => isOn,
  toggle() {
    isOn = !isOn;
    document.querySelector("#lamp").textContent = isOn ? "on" : "off";
    for (const remote of remotes) remote.changed.asEvent(isOn);
  },
};

const ws = new NetworkWebSocket("sample-birpc");
ws.ondial = (event) => {
  if (!event.protocols.includes("lamp.birpc")) return;
  const socket = event.accept("lamp.birpc");
  const remote = createBirpc(functions, {
    post: (data) => socket.send(data),
    on: (hear) => socket.addEventListener("message", ({ data }) => hear(data)),
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
  remotes.add(remote);
  socket.onclose = () => {
    remotes.delete(remote);
    remote.$close();
  };
};

document.querySelector("button").onclick = functions.toggle;
