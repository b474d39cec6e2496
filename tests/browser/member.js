/* In the page: joins the channel that the address names, and queues what happens until the test asks for it. */

(() => {
  /** @type {Happened[]} */
  const queue = [];
  /** @type {((event: Happened) => void)[]} */
  const waiting = [];

  /** @param {Happened} event */
  function happened(event) {
    const resolve = waiting.shift();
    if (resolve) resolve(event);
    else queue.push(event);
  }

  /** @param {string | ArrayBuffer} data */
  function readable(data) {
    return typeof data === "string" ? data : [...new Uint8Array(data)];
  }

  /** @param {PeerWebSocket} peer */
  function follow(peer) {
    peer.binaryType = "arraybuffer";
    peer.onopen = () => happened({ type: "peer open", peer: peer.id });
    peer.onmessage = ({ data }) => happened({ type: "direct", peer: peer.id, data: readable(data) });
    peer.onclose = () => happened({ type: "peer close", peer: peer.id });
  }

  const { kind, channel, proxy, reconnect = "false" } = Object.fromEntries(new URLSearchParams(location.search));
  const Socket = kind === "LocalWebSocket" ? LocalWebSocket : NetworkWebSocket;
  const socket = new Socket(channel, { endpoint: proxy, reconnect: JSON.parse(reconnect) });
  socket.binaryType = "arraybuffer";
  socket.onopen = () => happened({ type: "open", id: socket.id });
  socket.onconnect = ({ detail }) => {
    follow(detail.target);
    happened({ type: "connect", peer: detail.target.id });
  };
  socket.ondisconnect = ({ detail }) => happened({ type: "disconnect", peer: detail.target.id });
  socket.onmessage = ({ data, senderId, peer }) => {
    happened({ type: "message", sender: senderId, known: peer?.id === senderId, data: readable(data) });
  };
  socket.onreconnecting = ({ detail }) => happened({ type: "reconnecting", attempt: detail.attempt });
  socket.onclose = ({ code }) => happened({ type: "close", code });

  window.member = {
    socket,
    /** The next thing that happened, as soon as it has. */
    next: () =>
      queue.shift() ??
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
    peer: (id) => socket.peers.find((peer) => peer.id === id),
  };
})();
