const http = require("node:http");

const port = Number(process.env.PORT ?? 3000);
const greeting = process.env.GREETING ?? "Hello from Zeitwork";

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${greeting}</title>
<style>body { font: 1.2rem/1.5 system-ui; margin: 20vh auto; max-width: 36rem; padding: 0 1rem }</style>
<h1>${greeting}</h1>
<p>This page is served by a container that was built from a git push. Change server.js, commit, and look again.</p>
`;

const server = http.createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);

  if (request.url === "/health") {
    response.writeHead(200, { "content-type": "text/plain" }).end("well\n");
  } else if (request.url === "/") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  } else {
    response.writeHead(404, { "content-type": "text/plain" }).end("There is no such page.\n");
  }
});

server.listen(port, () => console.log(`listening on port ${port}`));

// Requests that are under way end; new ones go to the next deployment.
process.on("SIGTERM", () => {
  console.log("stopping");
  server.close(() => process.exit(0));
});
