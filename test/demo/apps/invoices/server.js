const http = require('node:http');

http
  .createServer((request, response) => response.end('no invoice is due\n'))
  .listen(process.env.PORT, () => console.log(`invoices listens on ${process.env.PORT}`));
