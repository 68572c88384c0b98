const http = require('node:http');

const server = http.createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  response.setHeader('Content-Type', 'application/json');
  response.end('{"orders": 4}\n');
});

server.listen(8080);
process.on('SIGTERM', () => server.close());
