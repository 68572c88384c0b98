// Every instance answers with a name of its own.
const name = require("node:crypto").randomUUID();
const server = require("node:http").createServer((request, response) => response.end(name));

server.listen(process.env.PORT);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
