/*
 * In a worker: joins the channel that its address names, and answers. A broadcast goes back to who said it, a direct
 * message to all.
 */

globalThis.parrot = (NetworkWebSocket, search = location.search) => {
  const address = new URLSearchParams(search);
  const socket = new NetworkWebSocket(address.get("channel") ?? "", { endpoint: address.get("proxy") ?? "" });
  socket.onmessage = ({ data, peer }) => peer?.send(data);
  socket.onconnect = ({ detail: { target } }) => {
    target.onmessage = ({ data }) => {
      if (data === "goodbye") socket.close();
      else socket.send(data);
    };
  };
};
