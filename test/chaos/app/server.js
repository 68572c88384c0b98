// Answers every GET with its text and every POST with the length of the body, and streams its text on /sse and by WebSocket.
const crypto = require("node:crypto");
const http = require("node:http");

const text = "VERSION";
const beatMillis = 500;
// How long streams may go on after SIGTERM.
const endMillis = 300;
const streams = new Set();

function stream(connection, message, end) {
  const beat = () => connection.write(message);
  const timer = setInterval(beat, beatMillis);

  streams.add(end);
  connection.on("error", () => {});
  connection.on("close", () => {
    clearInterval(timer);
    streams.delete(end);
  });
  beat();
}

const server = http.createServer((request, response) => {
  if (request.url === "/sse") {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    stream(response, `data: ${text}\n\n`, () => response.end());
    return;
  }

  let length = 0;
  request.on("data", (chunk) => (length += chunk.length));
  request.on("end", () => response.end(request.method === "POST" ? `${text} ${length}` : text));
});

server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = crypto.createHash("sha1").update(key).digest("base64");

  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.resume();
  // One unmasked text frame, shorter than 126 bytes; then one that closes.
  stream(socket, Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]), () => socket.end(Buffer.from([0x88, 0])));
});

server.listen(process.env.PORT, () => console.log("listening on " + process.env.PORT));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  // A connection that was busy just now is idle later, and would be kept for seconds.
  setInterval(() => server.closeIdleConnections(), endMillis);
  setTimeout(() => streams.forEach((end) => end()), endMillis);
});
