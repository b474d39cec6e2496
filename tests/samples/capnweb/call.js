import { newWebSocketRpcSession } from "capnweb";
import { NetworkWebSocket } from "networkwebsockets/streams";

const [state, list] = document.querySelectorAll("#state, #lines");
const [form] = document.forms;

const ws = new NetworkWebSocket("sample-capnweb");
ws.onconnect = ({ detail: { target: peer } }) => {
  const socket = peer.dial("board.capnweb");
  socket.onopen = () => use(newWebSocketRpcSession(socket));
};

/** Of all peers that were dialled, only pages that serve have accepted. */
async function use(board) {
  board.onRpcBroken(leave);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const { value } = form.elements.line;
    form.reset();
    // Two calls, and one way there and back: `write` does not wait until the pen has come.
    state.textContent = `line ${await board.pen(ws.id.slice(0, 4)).write(value)} is written`;
  };
  const lines = await board.watch((line) => list.append(item(line)));
  list.replaceChildren(...lines.map(item));
  state.textContent = "a board is here";
  form.elements.write.disabled = false;
}

function leave() {
  state.textContent = "the board has left";
  form.elements.write.disabled = true;
}

function item(text) {
  return Object.assign(document.createElement("li"), { textContent: text });
}
