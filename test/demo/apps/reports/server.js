const http = require('node:http');

http
  .createServer((request, response) => response.end('the month was good\n'))
  .listen(process.env.PORT, () => console.log(`reports listen on ${process.env.PORT}`));
